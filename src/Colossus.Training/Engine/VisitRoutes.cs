using Colossus.Collectives;

namespace Colossus.Training.Engine;

/// <summary>Which rows go where when visits of tokens are exchanged among ranks that share experts; see <see cref="Plan.Programs.Communication.ExchangeVisits"/>.</summary>
internal sealed class VisitRoutes
{
    private readonly int[,] counts;
    private readonly int ranks;
    private readonly int experts;
    private readonly int each;

    /// <summary>Routes of a micro-batch.</summary>
    /// <param name="visits">[ranks, experts]: visits of each rank's tokens to each expert.</param>
    /// <param name="ranks">Ranks that share the experts.</param>
    public VisitRoutes(ReadOnlySpan<int> visits, int ranks)
    {
        this.ranks = ranks;
        experts = visits.Length / ranks;
        each = experts / ranks;
        counts = new int[ranks, experts];
        for (int i = 0; i < visits.Length; i++)
        {
            counts[i / experts, i % experts] = visits[i];
        }
    }

    /// <summary>Rows that come to each expert of a rank.</summary>
    /// <param name="rank">The rank.</param>
    public int[] Arrivals(int rank) => [.. Enumerable.Range(rank * each, each).Select(expert => Enumerable.Range(0, ranks).Sum(from => counts[from, expert]))];

    /// <summary>What a rank takes of each to have the visits of its experts.</summary>
    /// <param name="rank">The rank.</param>
    /// <param name="width">Elements of a row.</param>
    public IReadOnlyList<IReadOnlyList<Piece>> ToExperts(int rank, int width) => [.. Enumerable.Range(0, ranks).Select(from => Enumerable.Range(rank * each, each)
        .Select(expert => Rows(Dispatched(from, expert), Arrived(from, expert), counts[from, expert], width)).ToArray())];

    /// <summary>What a rank takes of each to have the results of its visits.</summary>
    /// <param name="rank">The rank.</param>
    /// <param name="width">Elements of a row.</param>
    public IReadOnlyList<IReadOnlyList<Piece>> FromExperts(int rank, int width) => [.. Enumerable.Range(0, ranks).Select(from => Enumerable.Range(from * each, each)
        .Select(expert => Rows(Arrived(rank, expert), Dispatched(rank, expert), counts[rank, expert], width)).ToArray())];

    /// <summary>Rows that others take of a rank.</summary>
    /// <param name="rank">The rank.</param>
    /// <param name="toExperts">Whether visits go to experts; else results come back.</param>
    public long Moved(int rank, bool toExperts)
    {
        long sum = 0;
        for (int other = 0; other < ranks; other++)
        {
            for (int expert = 0; expert < experts && other != rank; expert++)
            {
                sum += toExperts && expert / each == other ? counts[rank, expert] : !toExperts && expert / each == rank ? counts[other, expert] : 0;
            }
        }

        return sum;
    }

    private static Piece Rows(int from, int to, int count, int width) => new((long)from * width, (long)to * width, (long)count * width);

    // The first row of an expert among the visits of a rank's tokens.
    private int Dispatched(int rank, int expert) => Enumerable.Range(0, expert).Sum(before => counts[rank, before]);

    // The first row of what came of a rank to an expert, where the expert is.
    private int Arrived(int from, int expert)
    {
        int first = expert / each * each;
        int before = Enumerable.Range(first, expert - first).Sum(earlier => Enumerable.Range(0, ranks).Sum(rank => counts[rank, earlier]));
        return before + Enumerable.Range(0, from).Sum(rank => counts[rank, expert]);
    }
}
