using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="Product"/> on the CPU: y = x Wᵀ by libtorch, written where it belongs.</summary>
internal sealed class CpuProduct<TResidual, T>(Product operation, CpuBinder<TResidual, T> binder) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly Matrix<T> input = binder.Operand(operation.Input);
    private readonly Matrix<T> weight = binder.Weight(operation.Weights);
    private readonly Matrix<T> output = binder.Operand(operation.Output);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => output.SetProduct(input.Tensor, weight.Transposed);
}

/// <summary><see cref="ProductInputGradient"/> on the CPU: dx = dy W.</summary>
internal sealed class CpuProductInputGradient<TResidual, T>(ProductInputGradient operation, CpuBinder<TResidual, T> binder) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly Matrix<T> outputGradient = binder.Operand(operation.OutputGradient);
    private readonly Matrix<T> weight = binder.Weight(operation.Forward.Weights);
    private readonly Matrix<T> inputGradient = binder.Operand(operation.InputGradient);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => inputGradient.SetProduct(outputGradient.Tensor, weight.Tensor, operation.Accumulate);
}

/// <summary><see cref="ProductWeightGradient"/> on the CPU: dW = dyᵀ x.</summary>
internal sealed class CpuProductWeightGradient<TResidual, T>(ProductWeightGradient operation, CpuBinder<TResidual, T> binder) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly Matrix<T> outputGradient = binder.Operand(operation.OutputGradient);
    private readonly Matrix<T> input = binder.Operand(operation.Forward.Input);
    private readonly WeightGradient<TResidual, T> gradient = new(binder.Gradient(operation.Gradients), operation.Unconverted is { } room ? binder.Operand(room) : null);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => gradient.Set(outputGradient, input, arguments.Accumulate);
}
