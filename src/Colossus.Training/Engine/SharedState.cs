using Colossus.Collectives;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;

namespace Colossus.Training.Engine;

/// <summary>All that a run must not lose, in memory that outlives the ranks: weights, optimizer state, gradients, and the record of the last steps.</summary>
/// <remarks>
/// Master weights and both moments exist twice. Step s reads the copy of parity s - 1 and writes that of parity s, and no rank may begin to write for step s + 1 before
/// all have finished s. Whatever dies, and whenever, the copy of the last step that all ranks have finished is whole. It costs memory, but no time.
/// </remarks>
internal sealed unsafe class SharedState
{
    private readonly float* optimizer;
    private readonly StepRecord* records;
    private readonly long flatCount;

    private SharedState(SharedGroup group, ParameterTable table, NumberFormats formats, bool accumulators, int evaluationBatches)
    {
        Group = group;
        flatCount = table.FlatCount;
        records = (StepRecord*)group.AllocateCommon(2 * sizeof(StepRecord));
        Partials = (RankPartial*)group.AllocateCommon(group.Size * sizeof(RankPartial));
        EvaluationLosses = (double*)group.AllocateCommon(Math.Max(1, evaluationBatches) * sizeof(double));
        optimizer = (float*)group.AllocateCommon(6 * flatCount * sizeof(float));
        Weights = group.AllocateCommon(flatCount * formats.ResidualBytes);
        Matrices = formats.SeparateMatrices ? group.AllocateCommon(flatCount * 2) : Weights;
        Gradients = group.Allocate(flatCount * formats.ResidualBytes);
        Accumulators = accumulators ? group.Allocate(flatCount * sizeof(float)) : null;
    }

    /// <summary>The group whose segment holds the state.</summary>
    public SharedGroup Group { get; }

    /// <summary>Sums of one step, one entry a rank.</summary>
    public RankPartial* Partials { get; }

    /// <summary>Sum of losses of each micro-batch of an evaluation.</summary>
    public double* EvaluationLosses { get; }

    /// <summary>The working copy of the weights, one for all ranks.</summary>
    public byte* Weights { get; }

    /// <summary>The same in the type of products; equal to <see cref="Weights"/> where the types are.</summary>
    public byte* Matrices { get; }

    /// <summary>Each rank's gradients.</summary>
    public SharedBuffer Gradients { get; }

    /// <summary>Each rank's fp32 sums of bf16 gradients over the micro-batches before the last; null where gradients are fp32 or there is one micro-batch.</summary>
    public SharedBuffer? Accumulators { get; }

    /// <summary>Bytes that the state takes for a number of ranks.</summary>
    public static long BytesFor(ParameterTable table, NumberFormats formats, bool accumulators, int evaluationBatches, int ranks)
    {
        long count = table.FlatCount;
        IEnumerable<long> gradients = Enumerable.Repeat(count * formats.ResidualBytes, ranks);
        IEnumerable<long> sums = accumulators ? Enumerable.Repeat(count * sizeof(float), ranks) : [];
        return SharedGroup.HeapBytesFor(
        [
            2 * sizeof(StepRecord),
            ranks * sizeof(RankPartial),
            Math.Max(1, evaluationBatches) * sizeof(double),
            6 * count * sizeof(float),
            count * formats.ResidualBytes,
            formats.SeparateMatrices ? count * 2 : 0,
            .. gradients,
            .. sums,
        ]);
    }

    /// <summary>Finds the state in a group's segment; all ranks, and those of a later epoch, find the same.</summary>
    public static SharedState In(SharedGroup group, ParameterTable table, NumberFormats formats, bool accumulators, int evaluationBatches) =>
        new(group, table, formats, accumulators, evaluationBatches);

    /// <summary>The record of a step.</summary>
    /// <param name="step">The last or the one before: older ones are gone.</param>
    public ref StepRecord Record(long step) => ref records[step & 1];

    /// <summary>Master weights after a step.</summary>
    public float* Master(long step) => optimizer + (3 * (step & 1) * flatCount);

    /// <summary>Running mean of gradients after a step.</summary>
    public float* FirstMoment(long step) => Master(step) + flatCount;

    /// <summary>Running mean of squared gradients after a step.</summary>
    public float* SecondMoment(long step) => Master(step) + (2 * flatCount);
}
