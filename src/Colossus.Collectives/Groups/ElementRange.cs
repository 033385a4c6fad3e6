namespace Colossus.Collectives;

/// <summary>Elements <c>Start … Start + Count - 1</c> of a buffer.</summary>
/// <param name="Start">Index of the first element.</param>
/// <param name="Count">Number of elements, 0 or more.</param>
public readonly record struct ElementRange(long Start, long Count)
{
    /// <summary>Index behind the last element.</summary>
    public long End => Start + Count;
}
