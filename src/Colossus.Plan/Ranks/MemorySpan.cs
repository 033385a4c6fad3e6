namespace Colossus.Plan.Ranks;

/// <summary>Bytes <c>Offset … Offset + Bytes - 1</c> of a memory.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Bytes">How many, 0 or more.</param>
public readonly record struct MemorySpan(long Offset, long Bytes)
{
    /// <summary>The byte behind the last.</summary>
    public long End => Offset + Bytes;
}
