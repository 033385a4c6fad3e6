using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="AddPositions"/> on the CPU.</summary>
internal sealed unsafe class CpuAddPositions<TResidual>(AddPositions operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
{
    private readonly nint table = memory.OfWeight(operation.Table);
    private readonly nint stream = memory.Of(operation.Stream);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        int sequence = operation.Table.Rows.Size;
        PositionTable.Add((TResidual*)stream, (TResidual*)table, operation.Stream.Rows.Size / sequence, sequence, operation.Stream.Width);
    }
}

/// <summary><see cref="PositionsGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuPositionsGradient<TResidual>(PositionsGradient operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
{
    private readonly nint gradient = memory.OfGradient(operation.Table);
    private readonly nint streamGradient = memory.Of(operation.StreamGradient);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        int sequence = operation.Table.Rows.Size;
        PositionTable.Gradient(
            (TResidual*)streamGradient,
            (TResidual*)gradient,
            arguments.Accumulate,
            operation.StreamGradient.Rows.Size / sequence,
            sequence,
            operation.StreamGradient.Width);
    }
}
