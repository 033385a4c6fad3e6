namespace Colossus.Twin.Search;

/// <summary>The best layouts that one part of a search has met so far, best first.</summary>
/// <param name="room">How many are kept.</param>
/// <param name="board">The best of all parts: what is worse than these is not kept either.</param>
internal sealed class Leaders(int room, LeaderBoard board)
{
    private readonly List<RankedLayout> kept = [];

    /// <summary>The layouts.</summary>
    public IReadOnlyList<RankedLayout> All => kept;

    /// <summary>Whether a layout with this upper end of its interval would be kept.</summary>
    public bool Admits(double high) => high <= board.Bound && (kept.Count < room || high < kept[^1].High);

    /// <summary>Puts a layout in its place; the worst leaves when there are too many.</summary>
    public void Add(RankedLayout layout)
    {
        int at = kept.Count;
        while (at > 0 && kept[at - 1].High > layout.High)
        {
            at--;
        }

        kept.Insert(at, layout);
        if (kept.Count > room)
        {
            kept.RemoveAt(room);
        }
    }
}
