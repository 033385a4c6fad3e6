using System.Collections.Concurrent;

namespace Colossus.Twin.Search;

/// <summary>Does the parts of a search on several threads. What comes out does not depend on how many.</summary>
internal static class SearchParts
{
    /// <summary>Does every part.</summary>
    /// <param name="parts">Number of parts.</param>
    /// <param name="threads">Threads, 1 or more.</param>
    /// <param name="work">Does one part; called from several threads at once.</param>
    /// <param name="progress">Gets the share that is done, 0 to 1; never from two threads at once.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>The outcome of each part, in the order of the parts.</returns>
    public static T[] Run<T>(int parts, int threads, Func<int, T> work, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var outcomes = new T[parts];
        int done = 0;
        var gate = new Lock();
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };

        // One part at a time for each thread: parts differ by orders of magnitude.
        Parallel.ForEach(Partitioner.Create(Enumerable.Range(0, parts), EnumerablePartitionerOptions.NoBuffering), options, part =>
        {
            outcomes[part] = work(part);
            lock (gate)
            {
                progress?.Report((double)++done / parts);
            }
        });
        return outcomes;
    }
}
