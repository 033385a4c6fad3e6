using Colossus.Runs;
using Colossus.Runs.Events;

namespace Colossus.Cli.Train;

/// <summary><c>--format json</c>: each event as one line on standard output, the same as in <c>events.jsonl</c>.</summary>
internal sealed class JsonDisplay(TextWriter output) : ITrainDisplay
{
    /// <inheritdoc/>
    public void Show(RunEvent runEvent)
    {
        output.WriteLine(RunJson.Line(runEvent));
        output.Flush();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
