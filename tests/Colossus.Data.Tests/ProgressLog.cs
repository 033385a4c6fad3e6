using Colossus.Data.Shards;

namespace Colossus.Data.Tests;

/// <summary>Calls back at once, on the caller's thread, unlike <see cref="Progress{T}"/>.</summary>
internal sealed class ProgressLog(Action<CorpusProgress>? onReport = null) : IProgress<CorpusProgress>
{
    public List<CorpusProgress> Reports { get; } = [];

    public void Report(CorpusProgress value)
    {
        Reports.Add(value);
        onReport?.Invoke(value);
    }
}
