using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="Activate"/> on the CPU.</summary>
internal sealed unsafe class CpuActivate<T>(Activate operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint input = memory.Of(operation.Input);
    private readonly nint output = memory.Of(operation.Output);
    private readonly ExpertRows<T>? rows = operation.Groups is { } groups ? new(groups, memory) : null;

    /// <inheritdoc/>
    public void Run(PassArguments arguments) =>
        FeedForwardActivation.Forward((T*)input, (T*)output, rows?.Total ?? operation.Output.Rows.Size, operation.Output.Width, operation.Activation);
}

/// <summary><see cref="ActivateGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuActivateGradient<T>(ActivateGradient operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint outputGradient = memory.Of(operation.OutputGradient);
    private readonly nint input = memory.Of(operation.Forward.Input);
    private readonly nint inputGradient = memory.Of(operation.InputGradient);
    private readonly ExpertRows<T>? rows = operation.Forward.Groups is { } groups ? new(groups, memory) : null;

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => FeedForwardActivation.Backward(
        (T*)outputGradient, (T*)input, (T*)inputGradient, rows?.Total ?? operation.OutputGradient.Rows.Size, operation.OutputGradient.Width, operation.Forward.Activation);
}
