using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Twin.Search;

/// <summary>Every layout of a model on a number of accelerators, one after another.</summary>
/// <remarks>
/// Varied are: tensor (divisors of the heads), context (divisors of the sequence), pipeline (any number of stages up to the layers, embedding and head), expert
/// (divisors of the experts), micro-batch, sequence parallelism, recompute, the four schedules with every number of virtual stages, and ZeRO 0 to 3. How many replicas
/// there are is up to the caller. Some of these layouts break a rule of <see cref="LayoutRules"/>: the visitor asks it.
/// Every layout that the rules allow is met, but for those that are another one under a different name (schedules without a pipeline, an interleaved schedule of one chunk
/// a stage, sequence parallelism of one rank, ZeRO 0 of one replica, ZeRO 2 and 3 of one replica), ZeRO 2 and 3 with a pipeline (<see cref="IsPricedWhole"/>), contexts above <see cref="SearchSpace.MostContext"/>, and fewer replicas
/// than there is room for.
/// </remarks>
internal sealed class LayoutSpace
{
    private static readonly Recompute[] recomputes = [Recompute.None, Recompute.Selective, Recompute.Full];
    private readonly ModelShape model;
    private readonly SearchSpace space;
    private readonly int[] experts;
    private readonly int[] batches;
    private readonly (int Tensor, int Context, int Pipeline)[] parts;

    /// <summary>Makes the space.</summary>
    /// <param name="model">The model.</param>
    /// <param name="space">What is varied.</param>
    public LayoutSpace(ModelShape model, SearchSpace space)
    {
        this.model = model;
        this.space = space;
        this.experts = model.Experts is ExpertsSpec spec ? Divisors(spec.Count, space.Gpus) : [1];
        this.batches = Divisors(space.GlobalBatch, space.GlobalBatch);
        this.parts =
        [
            .. from tensor in Divisors(model.Heads, space.Gpus)
               from context in Divisors(model.Sequence, Math.Min(space.Gpus, space.MostContext))
               from pipeline in Enumerable.Range(1, Math.Min(model.Layers + 2, space.Gpus / (tensor * context)))
               select (tensor, context, pipeline),
        ];
    }

    /// <summary>Gets a layout.</summary>
    /// <param name="layout">The layout.</param>
    public delegate void Visitor(in Layout layout);

    /// <summary>The largest divisor of the global batch that is at most <paramref name="most"/>; 0 if there is none.</summary>
    public int LargestBatchDivisor(int most)
    {
        int at = Array.BinarySearch(batches, most);
        return at >= 0 ? most : ~at == 0 ? 0 : batches[~at - 1];
    }

    /// <summary>Parts of the space: visited one after another they are all of it, in an order that is always the same.</summary>
    public int Parts => parts.Length;

    /// <summary>Visits a part.</summary>
    /// <param name="part">0 to <see cref="Parts"/> - 1.</param>
    /// <param name="replicasOf">How many replicas there are when each has so many ranks; 0 for none.</param>
    /// <param name="visit">Gets each layout.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public void ForEach(int part, Func<int, int> replicasOf, Visitor visit, CancellationToken cancellationToken)
    {
        (int tensor, int context, int pipeline) = parts[part];
        cancellationToken.ThrowIfCancellationRequested();
        int data = replicasOf(tensor * context * pipeline);
        if (data > 0)
        {
            OverBatches(new Layout(data, tensor, pipeline, 1, context, 1, 1, false, 1, space.GlobalBatch, Recompute.None, PipelineSchedule.OneForwardOneBackward), visit);
        }
    }

    private void OverBatches(in Layout layout, Visitor visit)
    {
        int ofReplica = (space.GlobalBatch + layout.Data - 1) / layout.Data;
        foreach (int microBatch in batches)
        {
            if (microBatch > ofReplica)
            {
                break;
            }

            foreach (int expert in experts)
            {
                for (int sequenceParallel = layout.Tensor > 1 ? 1 : 0; sequenceParallel >= 0; sequenceParallel--)
                {
                    foreach (Recompute recompute in recomputes)
                    {
                        OverSchedules(layout with { Expert = expert, SequenceParallel = sequenceParallel == 1, MicroBatch = microBatch, Recompute = recompute }, visit);
                    }
                }
            }
        }
    }

    private void OverSchedules(in Layout layout, Visitor visit)
    {
        OverZero(layout, visit);
        if (layout.Pipeline == 1)
        {
            return;
        }

        OverZero(layout with { Schedule = PipelineSchedule.GPipe }, visit);
        OverZero(layout with { Schedule = PipelineSchedule.ZeroBubble }, visit);
        for (int virtualStages = 2; virtualStages * layout.Pipeline <= model.Layers + 2; virtualStages++)
        {
            OverZero(layout with { Schedule = PipelineSchedule.Interleaved, VirtualStages = virtualStages }, visit);
        }
    }

    private static void OverZero(in Layout layout, Visitor visit)
    {
        int most = layout.DenseReplicas == 1 ? 1 : 3;
        for (int zero = layout.DenseReplicas == 1 ? 1 : 0; zero <= most; zero++)
        {
            Layout candidate = layout with { Zero = zero };
            if (IsPricedWhole(candidate))
            {
                visit(candidate);
            }
        }
    }

    /// <summary>
    /// Whether the price of a layout holds all that it does. ZeRO 2 and 3 reduce gradients at every micro-batch of a pipeline, of which no measured run says how much is hidden:
    /// such a layout is priced when somebody asks for it, and proposed to nobody.
    /// </summary>
    /// <param name="layout">A sound layout.</param>
    public static bool IsPricedWhole(in Layout layout) => layout.Zero < 2 || layout.Pipeline == 1;

    private static int[] Divisors(int number, int most) => [.. Enumerable.Range(1, Math.Min(number, most)).Where(value => number % value == 0)];
}
