using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="Dispatch"/> on the CPU.</summary>
internal sealed unsafe class CpuDispatch<T>(Dispatch operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint input = memory.Of(operation.Input);
    private readonly nint sources = memory.Of(operation.Routing.Sources);
    private readonly ExpertRows<T> experts = new(operation.Routing.Groups, memory);
    private readonly nint rows = memory.Of(operation.Rows);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => Visits.Dispatch((T*)input, (int*)sources, (T*)rows, operation.Input.Rows.Size, experts.Total, operation.Input.Width);
}

/// <summary><see cref="DispatchGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuDispatchGradient<T>(DispatchGradient operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint rowsGradient = memory.Of(operation.RowsGradient);
    private readonly nint places = memory.Of(operation.Forward.Routing.Places);
    private readonly nint inputGradient = memory.Of(operation.InputGradient);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => Visits.Sum(
        (T*)rowsGradient,
        (int*)places,
        null,
        (T*)inputGradient,
        operation.Accumulate,
        operation.InputGradient.Rows.Size,
        operation.Forward.Routing.Places.Width,
        operation.InputGradient.Width);
}

/// <summary><see cref="Combine"/> on the CPU.</summary>
internal sealed unsafe class CpuCombine<T>(Combine operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint rows = memory.Of(operation.Rows);
    private readonly nint places = memory.Of(operation.Routing.Places);
    private readonly nint weights = memory.Of(operation.Routing.Weights);
    private readonly nint output = memory.Of(operation.Output);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => Visits.Sum(
        (T*)rows, (int*)places, (float*)weights, (T*)output, operation.Adds, operation.Output.Rows.Size, operation.Routing.Places.Width, operation.Output.Width);
}

/// <summary><see cref="CombineGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuCombineGradient<T>(CombineGradient operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint outputGradient = memory.Of(operation.OutputGradient);
    private readonly nint rows = memory.Of(operation.Forward.Rows);
    private readonly nint places = memory.Of(operation.Forward.Routing.Places);
    private readonly nint weights = memory.Of(operation.Forward.Routing.Weights);
    private readonly nint rowsGradient = memory.Of(operation.RowsGradient);
    private readonly nint weightsGradient = memory.Of(operation.WeightsGradient);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => Visits.SumGradient(
        (T*)outputGradient,
        (T*)rows,
        (int*)places,
        (float*)weights,
        (T*)rowsGradient,
        (float*)weightsGradient,
        operation.OutputGradient.Rows.Size,
        operation.WeightsGradient.Width,
        operation.OutputGradient.Width);
}
