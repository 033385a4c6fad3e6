namespace Colossus.Checkpoints.Files;

/// <summary>A file that is being written from its start to its end.</summary>
internal interface IFileSink : IDisposable
{
    /// <summary>Appends bytes.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Returns when all that was written lies on the disk.</summary>
    void Flush();
}
