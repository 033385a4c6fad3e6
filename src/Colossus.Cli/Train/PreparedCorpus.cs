using Colossus.Runs;

namespace Colossus.Cli.Train;

/// <summary>Token shards that are ready to be trained on; they stay in their place until this is disposed.</summary>
/// <param name="Data">Where they are and what they hold.</param>
/// <param name="Hold">Keeps them there; null when nothing has to.</param>
/// <param name="Replaced">Hash of the data that the run had before, when a person let it go on with other data; null otherwise.</param>
internal sealed record PreparedCorpus(RunData Data, IDisposable? Hold = null, string? Replaced = null) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Hold?.Dispose();
}
