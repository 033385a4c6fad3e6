namespace Colossus.Twin.Search;

/// <summary>The best layouts of all parts of a search. What it holds at the end does not depend on the order in which parts come in.</summary>
/// <param name="room">How many are kept.</param>
internal sealed class LeaderBoard(int room)
{
    private readonly Lock gate = new();
    private (RankedLayout Layout, int Part)[] kept = [];
    private double bound = double.PositiveInfinity;

    /// <summary>The layouts, best first; of equal ones those of the earlier part.</summary>
    public IEnumerable<RankedLayout> Best => kept.Select(static entry => entry.Layout);

    /// <summary>The upper end of an interval above which a layout is not among the best.</summary>
    public double Bound => Volatile.Read(ref bound);

    /// <summary>Takes what a part has found.</summary>
    /// <param name="part">Number of the part.</param>
    /// <param name="found">Its layouts, best first.</param>
    public void Take(int part, IReadOnlyList<RankedLayout> found)
    {
        lock (gate)
        {
            kept = [.. kept.Concat(found.Select(layout => (layout, part))).OrderBy(static entry => entry.Item1.High).ThenBy(static entry => entry.Item2).Take(room)];
            if (kept.Length == room)
            {
                Volatile.Write(ref bound, kept[^1].Layout.High);
            }
        }
    }
}
