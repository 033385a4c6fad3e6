using Colossus.Collectives;
using Colossus.Training.Engine;
using CsCheck;

namespace Colossus.Training.Tests.Engine;

public sealed class VisitRoutesTests
{
    [Fact]
    public void Visits_lie_sorted_by_expert_and_by_where_they_came_from_and_results_come_back_to_their_rows() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[0, 100_000]).Sample((ranks, each, seed) =>
        {
            var random = new Random(seed);
            int experts = ranks * each;
            int[] counts = [.. Enumerable.Range(0, ranks * experts).Select(_ => random.Next(3) == 0 ? 0 : random.Next(5))];
            var routes = new VisitRoutes(counts, ranks);
            int CountOf(int rank, int expert) => counts[(rank * experts) + expert];

            // Each visit by its name; of a rank's tokens they are sorted by expert.
            (int Rank, int Expert, int Index)[][] dispatched =
            [
                .. Enumerable.Range(0, ranks).Select(rank => (
                    from expert in Enumerable.Range(0, experts) from index in Enumerable.Range(0, CountOf(rank, expert)) select (rank, expert, index)).ToArray()),
            ];
            (int, int, int)[][] arrived = [.. Enumerable.Range(0, ranks).Select(rank => Moved(routes.ToExperts(rank, 1), dispatched, routes.Arrivals(rank).Sum()))];
            for (int rank = 0; rank < ranks; rank++)
            {
                Assert.Equal(
                    from expert in Enumerable.Range(rank * each, each) from source in Enumerable.Range(0, ranks) from index in Enumerable.Range(0, CountOf(source, expert)) select (source, expert, index),
                    arrived[rank]);
                Assert.Equal(Enumerable.Range(rank * each, each).Select(expert => Enumerable.Range(0, ranks).Sum(source => CountOf(source, expert))), routes.Arrivals(rank));
                Assert.Equal(dispatched[rank], Moved(routes.FromExperts(rank, 1), arrived, dispatched[rank].Length));
                Assert.Equal(OfOthers(rank, other => routes.ToExperts(other, 1)), routes.Moved(rank, toExperts: true));
                Assert.Equal(OfOthers(rank, other => routes.FromExperts(other, 1)), routes.Moved(rank, toExperts: false));
            }

            long OfOthers(int rank, Func<int, IReadOnlyList<IReadOnlyList<Piece>>> taken) =>
                Enumerable.Range(0, ranks).Where(other => other != rank).Sum(other => taken(other)[rank].Sum(piece => piece.Count));
        });

    private static (int, int, int)[] Moved(IReadOnlyList<IReadOnlyList<Piece>> pieces, (int, int, int)[][] sources, int rows)
    {
        var target = new (int, int, int)[rows];
        for (int member = 0; member < pieces.Count; member++)
        {
            foreach (Piece piece in pieces[member])
            {
                Array.Copy(sources[member], piece.From, target, piece.To, piece.Count);
            }
        }

        return target;
    }
}
