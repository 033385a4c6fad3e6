using System.Collections.Concurrent;

namespace Colossus.Twin.Search;

/// <summary>Searches the parts of a space on several threads. What comes out does not depend on how many.</summary>
internal static class SearchParts
{
    /// <summary>Searches all parts.</summary>
    /// <param name="layouts">The space.</param>
    /// <param name="replicasOf">How many replicas there are when each has so many ranks; 0 for none.</param>
    /// <param name="judgeOf">Makes the judge of a part.</param>
    /// <param name="exactly">Prices one of the best again, with the timeline: the closed form ranks millions, the timeline has the last word on the few that lead.</param>
    /// <param name="keep">How many layouts to keep.</param>
    /// <param name="threads">Threads, 1 or more.</param>
    /// <param name="progress">Gets the share that is done, 0 to 1; never from two threads at once.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static SearchResult Run(
        LayoutSpace layouts,
        Func<int, int> replicasOf,
        Func<Leaders, LayoutJudge> judgeOf,
        Func<RankedLayout, RankedLayout> exactly,
        int keep,
        int threads,
        IProgress<double>? progress,
        CancellationToken cancellationToken)
    {
        int room = Math.Max(32, 4 * keep);
        var board = new LeaderBoard(room);
        var tallies = new SearchTally[layouts.Parts];
        int done = 0;
        var gate = new Lock();
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };

        // One part at a time for each thread: parts differ by orders of magnitude.
        Parallel.ForEach(Partitioner.Create(Enumerable.Range(0, layouts.Parts), EnumerablePartitionerOptions.NoBuffering), options, part =>
        {
            LayoutJudge judge = judgeOf(new Leaders(room, board));
            layouts.ForEach(part, replicasOf, judge.Consider, cancellationToken);
            board.Take(part, judge.Leaders.All);
            tallies[part] = judge.Tally;
            lock (gate)
            {
                progress?.Report((double)++done / layouts.Parts);
            }
        });
        return new SearchResult(
            [.. board.Best.Select(exactly).OrderBy(static ranked => ranked.High).Take(keep)],
            tallies.Sum(static tally => tally.Considered),
            tallies.Sum(static tally => tally.TooLarge),
            tallies.Sum(static tally => tally.Priced));
    }
}
