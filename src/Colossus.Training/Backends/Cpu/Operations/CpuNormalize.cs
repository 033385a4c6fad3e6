using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="Normalize"/> on the CPU.</summary>
/// <typeparam name="TX">Type of the input.</typeparam>
/// <typeparam name="TResidual">Type of the scale.</typeparam>
/// <typeparam name="T">Type of the output.</typeparam>
internal sealed unsafe class CpuNormalize<TX, TResidual, T>(Normalize operation, IOperationMemory memory) : IBoundOperation
    where TX : unmanaged, IElement<TX>
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly nint input = memory.Of(operation.Input);
    private readonly nint scale = memory.OfWeight(operation.Scale);
    private readonly nint output = memory.Of(operation.Output);
    private readonly nint inverseRms = memory.Of(operation.InverseRms);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => RmsNorm.Forward(
        (TX*)input, (TResidual*)scale, (T*)output, (float*)inverseRms, operation.Input.Rows.Size, operation.Input.Width, (float)operation.Epsilon);
}

/// <summary><see cref="AddNormalize"/> on the CPU.</summary>
internal sealed unsafe class CpuAddNormalize<TResidual, T>(AddNormalize operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly nint residual = memory.Of(operation.Addition.Residual);
    private readonly nint branch = memory.Of(operation.Addition.Branch);
    private readonly nint sum = memory.Of(operation.Addition.Sum);
    private readonly nint scale = memory.OfWeight(operation.Normalize.Scale);
    private readonly nint output = memory.Of(operation.Normalize.Output);
    private readonly nint inverseRms = memory.Of(operation.Normalize.InverseRms);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => RmsNorm.AddForward(
        (TResidual*)residual,
        (T*)branch,
        (TResidual*)sum,
        (TResidual*)scale,
        (T*)output,
        (float*)inverseRms,
        operation.Addition.Sum.Rows.Size,
        operation.Addition.Sum.Width,
        (float)operation.Normalize.Epsilon);
}

/// <summary><see cref="NormalizeGradient"/> on the CPU.</summary>
/// <typeparam name="TX">Type of the input.</typeparam>
/// <typeparam name="TResidual">Type of the scale.</typeparam>
/// <typeparam name="T">Type of the output.</typeparam>
internal sealed unsafe class CpuNormalizeGradient<TX, TResidual, T>(NormalizeGradient operation, IOperationMemory memory) : IBoundOperation
    where TX : unmanaged, IElement<TX>
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly nint outputGradient = memory.Of(operation.OutputGradient);
    private readonly nint input = memory.Of(operation.Forward.Input);
    private readonly nint scale = memory.OfWeight(operation.Forward.Scale);
    private readonly nint inverseRms = memory.Of(operation.Forward.InverseRms);
    private readonly nint inputGradient = memory.Of(operation.InputGradient);
    private readonly nint scaleGradient = memory.Of(operation.ScaleGradient);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        int width = operation.Forward.Input.Width;
        Flat.Zero((F32*)scaleGradient, width);
        RmsNorm.Backward(
            (T*)outputGradient,
            (TX*)input,
            (TResidual*)scale,
            (float*)inverseRms,
            (TX*)inputGradient,
            operation.Accumulate,
            (float*)scaleGradient,
            operation.Forward.Input.Rows.Size,
            width);
    }
}
