using System.Diagnostics;

namespace Colossus.Data.Shards;

/// <summary>Tells of progress ten times a second at most.</summary>
internal sealed class ProgressReport(IProgress<CorpusProgress>? progress, int files, long totalBytes)
{
    private const long EveryMilliseconds = 100;

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private long reported = -EveryMilliseconds;

    /// <summary>Tells it, if it is time.</summary>
    /// <param name="stage">What is being done.</param>
    /// <param name="filesDone">Files that are done.</param>
    /// <param name="bytesDone">Bytes that are done.</param>
    public void Say(string stage, int filesDone, long bytesDone)
    {
        if (progress is not null && clock.ElapsedMilliseconds - reported >= EveryMilliseconds)
        {
            reported = clock.ElapsedMilliseconds;
            progress.Report(new CorpusProgress(stage, filesDone, files, bytesDone, totalBytes));
        }
    }
}
