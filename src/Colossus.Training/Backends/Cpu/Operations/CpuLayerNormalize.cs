using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="LayerNormalize"/> on the CPU.</summary>
/// <typeparam name="TX">Type of the input.</typeparam>
/// <typeparam name="TResidual">Type of scale and bias.</typeparam>
/// <typeparam name="T">Type of the output.</typeparam>
internal sealed unsafe class CpuLayerNormalize<TX, TResidual, T>(LayerNormalize operation, IOperationMemory memory) : IBoundOperation
    where TX : unmanaged, IElement<TX>
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly nint input = memory.Of(operation.Input);
    private readonly nint scale = memory.OfWeight(operation.Scale);
    private readonly nint bias = memory.OfWeight(operation.Bias);
    private readonly nint output = memory.Of(operation.Output);
    private readonly nint statistics = memory.Of(operation.Statistics);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => LayerNorm.Forward(
        (TX*)input, (TResidual*)scale, (TResidual*)bias, (T*)output, (float*)statistics, operation.Input.Rows.Size, operation.Input.Width, (float)operation.Epsilon);
}

/// <summary><see cref="LayerNormalizeGradient"/> on the CPU.</summary>
/// <typeparam name="TX">Type of the input.</typeparam>
/// <typeparam name="TResidual">Type of scale and bias.</typeparam>
/// <typeparam name="T">Type of the output.</typeparam>
internal sealed unsafe class CpuLayerNormalizeGradient<TX, TResidual, T>(LayerNormalizeGradient operation, IOperationMemory memory) : IBoundOperation
    where TX : unmanaged, IElement<TX>
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly nint outputGradient = memory.Of(operation.OutputGradient);
    private readonly nint input = memory.Of(operation.Forward.Input);
    private readonly nint scale = memory.OfWeight(operation.Forward.Scale);
    private readonly nint statistics = memory.Of(operation.Forward.Statistics);
    private readonly nint inputGradient = memory.Of(operation.InputGradient);
    private readonly nint vectorGradients = memory.Of(operation.VectorGradients);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => LayerNorm.Backward(
        (T*)outputGradient,
        (TX*)input,
        (TResidual*)scale,
        (float*)statistics,
        (TX*)inputGradient,
        operation.Accumulate,
        (float*)vectorGradients,
        operation.Forward.Input.Rows.Size,
        operation.Forward.Input.Width);
}
