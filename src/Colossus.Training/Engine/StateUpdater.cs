using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using Colossus.Training.Kernels;

namespace Colossus.Training.Engine;

/// <summary>Writes this rank's slices of the state: first values, copies, and AdamW's update from the state of one step to that of the next.</summary>
/// <typeparam name="TWeight">Type of the working copy.</typeparam>
internal sealed unsafe class StateUpdater<TWeight>
    where TWeight : unmanaged, IElement<TWeight>
{
    private readonly SharedState state;
    private readonly OptimizerSpec optimizer;
    private readonly bool separateMatrices;
    private readonly List<(FlatRange Range, bool Decays, int Bucket)> parts;

    public StateUpdater(SharedState state, ParameterTable table, IReadOnlyList<FlatRange> slices, OptimizerSpec optimizer, NumberFormats formats)
    {
        this.state = state;
        this.optimizer = optimizer;
        separateMatrices = formats.SeparateMatrices;
        parts = [.. slices.SelectMany((slice, bucket) => table.SplitByDecay(slice).Select(part => (part.Range, part.Decays, bucket)))];
    }

    /// <summary>The state of <paramref name="step"/> from that of the step before and the summed gradients.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="updates">Updates of the optimizer, this one included: the exponent of the bias correction.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="gradientScale">Factor on gradients (clipping).</param>
    /// <param name="reducer">Holds the gradients.</param>
    public void Update<TGradient>(long step, long updates, double rate, double gradientScale, GradientReducer<TGradient> reducer)
        where TGradient : unmanaged, IElement<TGradient>
    {
        foreach (var (range, decays, bucket) in parts)
        {
            float* gradient = reducer.SumOf(bucket) + (range.Start - reducer.Slices[bucket].Start);
            AdamW.StepFromSum(
                gradient,
                (float)gradientScale,
                state.Master(step - 1) + range.Start,
                state.FirstMoment(step - 1) + range.Start,
                state.SecondMoment(step - 1) + range.Start,
                state.Master(step) + range.Start,
                state.FirstMoment(step) + range.Start,
                state.SecondMoment(step) + range.Start,
                (TWeight*)state.Weights + range.Start,
                range.Count,
                AdamWStep.For(optimizer, rate, decays, updates));
            if (separateMatrices)
            {
                Flat.Convert((F32*)state.Master(step) + range.Start, (Bf16*)state.Matrices + range.Start, range.Count);
            }
        }
    }

    /// <summary>A skipped step: its state is that of the step before.</summary>
    public void Keep(long step) => CopyFrom(state, step - 1, step);

    /// <summary>Takes over this rank's slices from a state, perhaps of another segment.</summary>
    /// <param name="source">Where to copy from.</param>
    /// <param name="sourceStep">The step whose state is copied.</param>
    /// <param name="step">The step that it is to be here.</param>
    public void CopyFrom(SharedState source, long sourceStep, long step)
    {
        foreach (var (range, _, _) in parts)
        {
            Copy(source.Master(sourceStep), state.Master(step), range);
            Copy(source.FirstMoment(sourceStep), state.FirstMoment(step), range);
            Copy(source.SecondMoment(sourceStep), state.SecondMoment(step), range);
        }
    }

    /// <summary>Fills the working copy from the master weights of a step.</summary>
    public void RefreshWeights(long step)
    {
        foreach (var (range, _, _) in parts)
        {
            Flat.Convert((F32*)state.Master(step) + range.Start, (TWeight*)state.Weights + range.Start, range.Count);
            if (separateMatrices)
            {
                Flat.Convert((F32*)state.Master(step) + range.Start, (Bf16*)state.Matrices + range.Start, range.Count);
            }
        }
    }

    private static void Copy(float* source, float* target, FlatRange range)
    {
        long bytes = range.Count * sizeof(float);
        Buffer.MemoryCopy(source + range.Start, target + range.Start, bytes, bytes);
    }
}
