using Colossus.Runs.Events;

namespace Colossus.Cli.Train;

/// <summary>Lines for a pipe or a log file: everything that happens, and some thirty of the steps.</summary>
internal sealed class PlainDisplay(TextWriter output, TrainView view) : ITrainDisplay
{
    private const int Lines = 30;

    /// <inheritdoc/>
    public void Show(RunEvent runEvent)
    {
        if (runEvent is StepEvent { Skipped: false } step)
        {
            var steps = view.Started?.Steps ?? 0;
            var stride = Math.Max(1, steps / Lines);
            if (step.Step % stride == 0 || step.Step == steps || step.Step == 1)
            {
                Write(EventText.Step(step, steps, view.SecondsLeft));
            }
        }
        else if (EventText.Line(runEvent, view.Axes) is { } line)
        {
            Write(line);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Write(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
