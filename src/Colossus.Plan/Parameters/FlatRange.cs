namespace Colossus.Plan.Parameters;

/// <summary>Elements <c>Start … Start + Count - 1</c> of the flat vector of parameters.</summary>
/// <param name="Start">Index of the first element.</param>
/// <param name="Count">Number of elements, 0 or more.</param>
public readonly record struct FlatRange(long Start, long Count)
{
    /// <summary>Index behind the last element.</summary>
    public long End => Start + Count;

    /// <summary>The elements that both have; empty where there are none.</summary>
    /// <param name="other">Another range.</param>
    public FlatRange Intersect(FlatRange other)
    {
        long start = Math.Max(Start, other.Start);
        return new FlatRange(start, Math.Max(0, Math.Min(End, other.End) - start));
    }

    /// <summary>The same elements counted from elsewhere.</summary>
    /// <param name="by">Added to <see cref="Start"/>.</param>
    public FlatRange Shift(long by) => this with { Start = Start + by };
}
