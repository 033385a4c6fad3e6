using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="RouterLogits"/> on the CPU.</summary>
internal sealed unsafe class CpuRouterLogits<TResidual, T>(RouterLogits operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly nint input = memory.Of(operation.Input);
    private readonly nint weight = memory.OfWeight(operation.Matrix);
    private readonly nint logits = memory.Of(operation.Logits);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) =>
        Router.Logits((T*)input, (TResidual*)weight, (float*)logits, operation.Input.Rows.Size, operation.Input.Width, operation.Logits.Width);
}

/// <summary><see cref="RouterInputGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuRouterInputGradient<TResidual, T>(RouterInputGradient operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly nint logitsGradient = memory.Of(operation.LogitsGradient);
    private readonly nint weight = memory.OfWeight(operation.Forward.Matrix);
    private readonly nint inputGradient = memory.Of(operation.InputGradient);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => Router.InputGradient(
        (float*)logitsGradient,
        (TResidual*)weight,
        (T*)inputGradient,
        operation.Accumulate,
        operation.InputGradient.Rows.Size,
        operation.InputGradient.Width,
        operation.LogitsGradient.Width);
}

/// <summary><see cref="RouterWeightGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuRouterWeightGradient<T>(RouterWeightGradient operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint logitsGradient = memory.Of(operation.LogitsGradient);
    private readonly nint input = memory.Of(operation.Forward.Input);
    private readonly nint sums = memory.Of(operation.Sums);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => Router.WeightGradient(
        (float*)logitsGradient, (T*)input, (float*)sums, operation.Forward.Input.Rows.Size, operation.Forward.Input.Width, operation.LogitsGradient.Width);
}

/// <summary><see cref="Route"/> on the CPU.</summary>
/// <param name="addLoads">Adds the visits of a layer's experts to those of the step.</param>
internal sealed unsafe class CpuRoute<TResidual>(Route operation, IOperationMemory memory, Action<int, ReadOnlySpan<int>> addLoads) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
{
    private readonly RouterRule rule = RouterRule.Of(operation.Routing.Experts);
    private readonly nint logits = memory.Of(operation.Logits);
    private readonly nint bias = operation.Bias is { } bias ? memory.OfWeight(bias) : 0;
    private readonly nint weights = memory.Of(operation.Routing.Weights);
    private readonly nint choices = memory.Of(operation.Routing.Choices);
    private readonly nint places = memory.Of(operation.Routing.Places);
    private readonly nint sources = memory.Of(operation.Routing.Sources);
    private readonly nint counts = memory.Of(operation.Routing.Counts);
    private readonly nint loads = memory.Of(operation.Routing.Loads);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        int tokens = operation.Logits.Rows.Size;
        var chosen = new Span<int>((void*)loads, rule.Count);
        ExpertChoice.Choose((float*)logits, (TResidual*)bias, (float*)weights, (int*)choices, tokens, rule);
        ExpertChoice.Sort((int*)choices, (int*)places, (int*)sources, (int*)counts, tokens, rule.Active, operation.Routing.MostRows, chosen);
        addLoads(operation.Layer, chosen);
    }
}

/// <summary><see cref="RouteGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuRouteGradient(RouteGradient operation, IOperationMemory memory) : IBoundOperation
{
    private readonly RouterRule rule = RouterRule.Of(operation.Forward.Routing.Experts);
    private readonly nint weightsGradient = memory.Of(operation.WeightsGradient);
    private readonly nint logits = memory.Of(operation.Forward.Logits);
    private readonly nint choices = memory.Of(operation.Forward.Routing.Choices);
    private readonly nint loads = memory.Of(operation.Forward.LoadsOfAll);
    private readonly nint logitsGradient = memory.Of(operation.LogitsGradient);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => ExpertChoiceGradient.Run(
        (float*)weightsGradient,
        (float*)logits,
        (int*)choices,
        new ReadOnlySpan<int>((void*)loads, (int)operation.Forward.LoadsOfAll.Count),
        (float*)logitsGradient,
        operation.LogitsGradient.Rows.Size,
        rule,
        arguments.LossScale);
}

/// <summary><see cref="LoadExcess"/> on the CPU.</summary>
internal sealed unsafe class CpuLoadExcess<TResidual>(LoadExcess operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
{
    private readonly nint loads = memory.Of(operation.Route.Routing.Loads);
    private readonly nint gradient = memory.OfGradient(operation.Gradients[0]);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        int experts = operation.Route.Routing.Loads.Width;
        double even = (double)operation.Route.Routing.Choices.Count / experts;
        var target = (TResidual*)gradient;
        for (int expert = 0; expert < experts; expert++)
        {
            float excess = LoadExcess.Factor * (float)(((int*)loads)[expert] - even);
            target[expert] = TResidual.FromFloat(excess + (arguments.Accumulate ? TResidual.ToFloat(target[expert]) : 0));
        }
    }
}
