using Colossus.Plan.Schedules;
using Colossus.Plan.Traces;
using Colossus.Twin.Estimates;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Reports;

/// <summary>A priced step as the spans that a real run would leave: one row a stage.</summary>
public static class StepTrace
{
    /// <summary>Micro-batches above which only the start of a step is drawn, so that the file stays below some tens of MB.</summary>
    private const int mostActions = 200_000;

    /// <summary>The spans of an estimate; times are nanoseconds from the start of the step.</summary>
    /// <param name="estimate">An estimate without problems.</param>
    public static IReadOnlyList<StepSpan> Of(StepEstimate estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        int perMicroBatch = Math.Max(1, estimate.Layout.Chunks * 3);
        int limit = Math.Max(1, mostActions / perMicroBatch);
        IReadOnlyList<TimelineSpan> passes = Timeline.Spans(estimate.Model.Layers, estimate.Layout, estimate.Price, limit);
        List<StepSpan> spans = [.. passes.Select(pass => Span(SpanKinds.Of(pass.Action.Kind), pass.Stage, pass.Start, pass.End, pass.Action))];
        StepPrice price = estimate.Price;
        double last = passes.Max(pass => pass.End);
        for (int stage = 0; stage < estimate.Layout.Pipeline; stage++)
        {
            double at = last;
            foreach ((SpanKind kind, double seconds) in new[] { (SpanKind.Wait, price.Data), (SpanKind.Optimizer, price.Optimizer), (SpanKind.Other, price.Other) })
            {
                spans.Add(Span(kind, stage, at, at + seconds));
                at += seconds;
            }

            spans.Add(Span(SpanKind.Step, stage, 0, at));
        }

        return spans;
    }

    private static StepSpan Span(SpanKind kind, int stage, double start, double end, PipelineAction? action = null) =>
        new(kind, stage, Epoch: 0, Step: 1, Nanoseconds(start), Nanoseconds(end), action?.Chunk, action?.MicroBatch);

    private static long Nanoseconds(double seconds) => (long)Math.Round(seconds * 1e9);
}
