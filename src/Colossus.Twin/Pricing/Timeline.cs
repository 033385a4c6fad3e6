using Colossus.Plan.Layouts;
using Colossus.Plan.Schedules;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Twin.Pricing;

/// <summary>Runs the actions of a pipeline schedule against each other: each starts when its stage is free and what it needs has arrived.</summary>
/// <remarks>
/// A forward pass needs that of the chunk before; a backward pass that of the chunk after, and its own forward pass; a gradient of weights its own backward pass.
/// In the steady part of a schedule every round repeats the one before. So of a long step only as many micro-batches are run as fill and drain need,
/// and one round more; the rest is added at the length of that round.
/// </remarks>
public static class Timeline
{
    /// <summary>Seconds of the pipeline part of a step: from the first forward pass to the last backward pass on any stage.</summary>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="layout">A sound layout.</param>
    /// <param name="price">The price of its passes.</param>
    public static double Seconds(int layers, in Layout layout, in StepPrice price)
    {
        int stages = layout.Pipeline;
        int microBatches = layout.MicroBatches;
        int enough = 4 * stages;
        if (microBatches <= enough + stages)
        {
            return Run(layers, layout, price, microBatches, null);
        }

        // Whole rounds are left out, so that what is run ends like the whole.
        int rest = microBatches % stages;
        double shorter = Run(layers, layout, price, enough - stages + rest, null);
        double longer = Run(layers, layout, price, enough + rest, null);
        return longer + ((longer - shorter) / stages * (microBatches - enough - rest));
    }

    /// <summary>Every action of every stage with its times, at most <paramref name="limit"/> micro-batches of it.</summary>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="layout">A sound layout.</param>
    /// <param name="price">The price of its passes.</param>
    /// <param name="limit">Most micro-batches to run.</param>
    public static IReadOnlyList<TimelineSpan> Spans(int layers, in Layout layout, in StepPrice price, int limit = int.MaxValue)
    {
        int microBatches = Math.Min(layout.MicroBatches, limit);
        var spans = new List<TimelineSpan>(layout.Pipeline * PipelineOrder.ActionCount(layout.Schedule, layout.VirtualStages, microBatches));
        Run(layers, layout, price, microBatches, spans);
        return spans;
    }

    private static double Run(int layers, in Layout layout, in StepPrice price, int microBatches, List<TimelineSpan>? spans)
    {
        int stages = layout.Pipeline;
        int chunks = layout.Chunks;
        int perStage = PipelineOrder.ActionCount(layout.Schedule, layout.VirtualStages, microBatches);
        var orders = new PipelineAction[stages * perStage];
        for (int stage = 0; stage < stages; stage++)
        {
            PipelineOrder.Write(layout.Schedule, stage, stages, layout.VirtualStages, microBatches, orders.AsSpan(stage * perStage, perStage));
        }

        bool split = layout.Schedule == PipelineSchedule.ZeroBubble;
        double[] forwardDone = new double[chunks * microBatches];
        double[] backwardDone = new double[chunks * microBatches];
        Array.Fill(forwardDone, double.NaN);
        Array.Fill(backwardDone, double.NaN);
        double[] free = new double[stages];
        int[] next = new int[stages];
        double exposed = stages == 1 ? 0 : price.MessageExposed;
        double arrival = stages == 1 ? 0 : price.Message - price.MessageExposed;
        int left = stages * perStage;
        while (left > 0)
        {
            int before = left;
            for (int stage = 0; stage < stages; stage++)
            {
                while (next[stage] < perStage)
                {
                    PipelineAction action = orders[(stage * perStage) + next[stage]];
                    int at = (action.Chunk * microBatches) + action.MicroBatch;
                    double ready = action.Kind switch
                    {
                        PassKind.Forward => action.Chunk == 0 ? 0 : forwardDone[at - microBatches] + arrival,
                        PassKind.Backward => action.Chunk == chunks - 1 ? forwardDone[at] : Math.Max(forwardDone[at], backwardDone[at + microBatches] + arrival),
                        _ => backwardDone[at],
                    };
                    if (double.IsNaN(ready))
                    {
                        break;
                    }

                    double start = Math.Max(ready, free[stage]);
                    double end = start + Duration(action, layers, chunks, split, exposed, price);
                    free[stage] = end;
                    if (action.Kind == PassKind.Forward)
                    {
                        forwardDone[at] = end;
                    }
                    else if (action.Kind == PassKind.Backward)
                    {
                        backwardDone[at] = end;
                    }

                    spans?.Add(new TimelineSpan(stage, action, start, end));
                    next[stage]++;
                    left--;
                }
            }

            if (left == before)
            {
                throw new InvalidOperationException($"the schedule {layout.Schedule} waits for itself: {stages} stages, {layout.VirtualStages} chunks, {microBatches} micro-batches");
            }
        }

        return free.Max();
    }

    private static double Duration(PipelineAction action, int layers, int chunks, bool split, double exposed, in StepPrice price)
    {
        int count = StageLayers.Of(layers, chunks, action.Chunk);
        bool last = action.Chunk == chunks - 1;
        double embedding = action.Chunk == 0 ? price.EmbeddingForward : 0;
        double weights = count * price.LayerBackward * price.WeightGradientShare;
        return action.Kind switch
        {
            PassKind.Forward => (count * price.LayerForward) + embedding + (last ? price.HeadForward : 0) + exposed,
            PassKind.Backward => (count * price.LayerBackward) - (split ? weights : 0) + embedding + (last ? price.HeadBackward : 0) + exposed,
            _ => weights,
        };
    }
}
