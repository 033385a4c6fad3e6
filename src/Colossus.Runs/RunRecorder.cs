using System.Text.Json;
using Colossus.Runs.Events;
using Colossus.Runs.Time;

namespace Colossus.Runs;

/// <summary>Writes what happens into a run folder. Safe for use by several threads.</summary>
public sealed class RunRecorder : IDisposable
{
    private readonly LineFile events;
    private readonly LineFile metrics;
    private readonly LineFile time;

    /// <summary>Opens the folder's files for appending; torn last lines of a killed supervisor are cut off.</summary>
    /// <param name="folder">The run.</param>
    /// <exception cref="RunFolderException">A file cannot be opened.</exception>
    public RunRecorder(RunFolder folder)
    {
        try
        {
            Session = RunReader.Events(folder).OfType<StartedEvent>().Count();
            events = LineFile.Open(folder.EventsFile);
            metrics = LineFile.Open(folder.MetricsFile);
            time = LineFile.Open(folder.TimeFile);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            events?.Dispose();
            metrics?.Dispose();
            throw new RunFolderException($"{RunFolder.Shown(folder.Path)} cannot be written: {error.Message}", error);
        }
    }

    /// <summary>0 for the first supervisor of the run, 1 more at each resume.</summary>
    public int Session { get; }

    /// <summary>Lines that could not be written, as on a full disk.</summary>
    public long DroppedLines => events.DroppedLines + metrics.DroppedLines + time.DroppedLines;

    /// <summary>Why the last of them could not be written; null when none was dropped.</summary>
    public string? LastError => events.LastError ?? metrics.LastError ?? time.LastError;

    /// <summary>Appends to <c>events.jsonl</c>, and a step to <c>metrics.jsonl</c> too.</summary>
    /// <param name="runEvent">What happened.</param>
    public void Record(RunEvent runEvent)
    {
        events.Append(RunJson.Line(runEvent));
        if (runEvent is StepEvent step)
        {
            var record = new MetricRecord(
                step.Step, step.Loss, step.GradientNorm, step.LearningRate, step.Tokens, step.Seconds, step.ModelFlopsUtilization, Session, step.Epoch, step.VisibleTokens, step.ExpertLoads);
            metrics.Append(JsonSerializer.Serialize(record, RunJson.Readable.MetricRecord));
        }
    }

    /// <summary>Appends to <c>time.jsonl</c>.</summary>
    /// <param name="span">Where a rank's time went; null is passed over.</param>
    public void Record(TimeRecord? span)
    {
        if (span is not null)
        {
            time.Append(JsonSerializer.Serialize(span, RunJson.Readable.TimeRecord));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        events.Dispose();
        metrics.Dispose();
        time.Dispose();
    }
}
