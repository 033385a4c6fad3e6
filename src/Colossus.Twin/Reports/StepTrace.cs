using System.Globalization;
using System.Text;
using Colossus.Plan.Schedules;
using Colossus.Twin.Estimates;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Reports;

/// <summary>Writes a step as a trace that Perfetto and Chrome open (Trace Event Format, JSON object with <c>traceEvents</c>): one row a stage.</summary>
public static class StepTrace
{
    /// <summary>Micro-batches above which only the start of a step is drawn, so that the file stays below some tens of MB.</summary>
    private const int mostActions = 200_000;

    /// <summary>The trace of an estimate.</summary>
    /// <param name="estimate">An estimate without problems.</param>
    public static string Write(StepEstimate estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        int perMicroBatch = Math.Max(1, estimate.Layout.Chunks * 3);
        int limit = Math.Max(1, mostActions / perMicroBatch);
        IReadOnlyList<TimelineSpan> spans = Timeline.Spans(estimate.Model.Layers, estimate.Layout, estimate.Price, limit);
        var text = new StringBuilder("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
        for (int stage = 0; stage < estimate.Layout.Pipeline; stage++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{{\"ph\":\"M\",\"pid\":0,\"tid\":{stage},\"name\":\"thread_name\",\"args\":{{\"name\":\"stage {stage}\"}}}},\n");
        }

        double end = 0;
        foreach (TimelineSpan span in spans)
        {
            end = Math.Max(end, span.End);
            Event(text, span.Stage, Name(span.Action), span.Start, span.End - span.Start, span.Action.MicroBatch, span.Action.Chunk);
            text.Append(",\n");
        }

        StepPrice price = estimate.Price;
        for (int stage = 0; stage < estimate.Layout.Pipeline; stage++)
        {
            double at = end;
            foreach ((string name, double seconds) in new[] { ("gradients and weights, not hidden", price.Data), ("optimizer", price.Optimizer), ("other", price.Other) })
            {
                Event(text, stage, name, at, seconds, -1, -1);
                text.Append(stage == estimate.Layout.Pipeline - 1 && name == "other" ? "\n" : ",\n");
                at += seconds;
            }
        }

        return text.Append("]}\n").ToString();
    }

    private static string Name(PipelineAction action) => action.Kind switch
    {
        PassKind.Forward => "forward",
        PassKind.Backward => "backward",
        _ => "weight gradient",
    };

    private static void Event(StringBuilder text, int stage, string name, double start, double seconds, int microBatch, int chunk)
    {
        text.Append(CultureInfo.InvariantCulture, $"{{\"ph\":\"X\",\"pid\":0,\"tid\":{stage},\"name\":\"{name}\",\"ts\":{start * 1e6:F1},\"dur\":{seconds * 1e6:F1}");
        if (microBatch >= 0)
        {
            text.Append(CultureInfo.InvariantCulture, $",\"args\":{{\"microBatch\":{microBatch},\"chunk\":{chunk}}}");
        }

        text.Append('}');
    }
}
