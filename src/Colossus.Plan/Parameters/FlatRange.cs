namespace Colossus.Plan.Parameters;

/// <summary>Elements <c>Start … Start + Count - 1</c> of the flat vector of parameters.</summary>
/// <param name="Start">Index of the first element.</param>
/// <param name="Count">Number of elements, 0 or more.</param>
public readonly record struct FlatRange(long Start, long Count)
{
    /// <summary>Index behind the last element.</summary>
    public long End => Start + Count;
}
