using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="AddPositions"/> on the CPU.</summary>
internal sealed unsafe class CpuAddPositions<TResidual>(AddPositions operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
{
    private readonly nint table = memory.OfWeight(operation.Table);
    private readonly nint stream = memory.Of(operation.Stream);
    private readonly int[] positions = operation.Rows.Positions(operation.Stream.Rows.Size);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => PositionTable.Add((TResidual*)stream, (TResidual*)table, positions, operation.Stream.Width);
}

/// <summary><see cref="PositionsGradient"/> on the CPU: positions are ids of which each sequence has every one once.</summary>
internal sealed unsafe class CpuPositionsGradient<TResidual>(PositionsGradient operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
{
    private readonly nint gradient = memory.OfGradient(operation.Table);
    private readonly nint streamGradient = memory.Of(operation.StreamGradient);
    private readonly int[] positions = operation.Rows.Positions(operation.StreamGradient.Rows.Size);
    private readonly VocabularyShare share = VocabularyShare.Of(operation.Table);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        if (!arguments.Accumulate)
        {
            Flat.Zero((TResidual*)gradient, operation.Table.Count);
        }

        fixed (int* ids = positions)
        {
            Embedding.ScatterAdd((TResidual*)streamGradient, ids, (TResidual*)gradient, positions.Length, operation.StreamGradient.Width, share);
        }
    }
}
