namespace Colossus.Data.Shards;

/// <summary>
/// Shards in use: until this is disposed, or the process ends, nobody puts others in their place. A lock of the kernel (flock), shared between
/// all who use them.
/// </summary>
public sealed class HeldCorpus : IDisposable
{
    private readonly IDisposable? hold;

    internal HeldCorpus(CorpusInfo info, IDisposable? hold)
    {
        Info = info;
        this.hold = hold;
    }

    /// <summary>Where the shards are and what they hold.</summary>
    public CorpusInfo Info { get; }

    /// <inheritdoc/>
    public void Dispose() => hold?.Dispose();
}
