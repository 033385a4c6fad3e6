namespace Colossus.Plan.Programs.Communication;

/// <summary>Which rows of a whole each rank of a group has.</summary>
/// <param name="OfRank">The runs of each rank, in order of the group.</param>
public sealed record RowShares(IReadOnlyList<IReadOnlyList<RowRun>> OfRank)
{
    /// <summary>Number of ranks.</summary>
    public int Ranks => OfRank.Count;

    /// <summary>Rows of the whole.</summary>
    public int Rows => OfRank.Sum(runs => runs.Sum(run => run.Count));

    /// <summary>Rows of one rank.</summary>
    /// <param name="rank">Its place in the group.</param>
    public int RowsOf(int rank) => OfRank[rank].Sum(run => run.Count);

    /// <summary>Consecutive rows, as even as they can be.</summary>
    /// <param name="rows">Rows of the whole.</param>
    /// <param name="ranks">Ranks of the group.</param>
    public static RowShares Consecutive(int rows, int ranks)
    {
        int Bound(int rank) => (int)((long)rows * rank / ranks);
        return new RowShares([.. Enumerable.Range(0, ranks).Select(rank => (RowRun[])[new RowRun(0, Bound(rank), Bound(rank + 1) - Bound(rank))])]);
    }

    /// <summary>The rows of ranks that share each sequence.</summary>
    /// <param name="rows">Which tokens one of them has.</param>
    /// <param name="sequences">Sequences of the micro-batch.</param>
    public static RowShares OfSequences(TokenRows rows, int sequences)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int piece = rows.OfSequence / 2;
        IReadOnlyList<RowRun> Runs(TokenRows mine) =>
            [.. Enumerable.Range(0, 2 * sequences).Select(index => new RowRun(index * piece, mine.TokenOf(index * piece), piece))];
        return new RowShares([.. Enumerable.Range(0, rows.Sharers).Select(place => Runs(rows with { Place = place, First = 0 }))]);
    }
}
