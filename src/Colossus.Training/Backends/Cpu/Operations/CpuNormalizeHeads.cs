using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="NormalizeHeads"/> on the CPU.</summary>
internal sealed unsafe class CpuNormalizeHeads<TResidual, T>(NormalizeHeads operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly AttentionShape shape = CpuAttention.Shape(operation.Geometry);
    private readonly nint input = memory.Of(operation.Input);
    private readonly nint queryScale = memory.OfWeight(operation.QueryScale);
    private readonly nint keyScale = memory.OfWeight(operation.KeyScale);
    private readonly nint output = memory.Of(operation.Output);
    private readonly nint inverseRms = memory.Of(operation.InverseRms);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => HeadNorm.Forward(
        (T*)input, (TResidual*)queryScale, (TResidual*)keyScale, (T*)output, (float*)inverseRms, operation.Input.Rows.Size, shape, (float)operation.Epsilon);
}

/// <summary><see cref="NormalizeHeadsGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuNormalizeHeadsGradient<TResidual, T>(NormalizeHeadsGradient operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly AttentionShape shape = CpuAttention.Shape(operation.Forward.Geometry);
    private readonly nint outputGradient = memory.Of(operation.OutputGradient);
    private readonly nint input = memory.Of(operation.Forward.Input);
    private readonly nint queryScale = memory.OfWeight(operation.Forward.QueryScale);
    private readonly nint keyScale = memory.OfWeight(operation.Forward.KeyScale);
    private readonly nint inverseRms = memory.Of(operation.Forward.InverseRms);
    private readonly nint inputGradient = memory.Of(operation.InputGradient);
    private readonly nint scaleGradients = memory.Of(operation.ScaleGradients);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => HeadNorm.Backward(
        (T*)outputGradient,
        (T*)input,
        (TResidual*)queryScale,
        (TResidual*)keyScale,
        (float*)inverseRms,
        (T*)inputGradient,
        (float*)scaleGradients,
        operation.Forward.Input.Rows.Size,
        shape);
}
