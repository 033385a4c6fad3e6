using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="HeadGradients"/> on the CPU.</summary>
internal sealed class CpuHeadGradients<TResidual, T>(HeadGradients operation, CpuBinder<TResidual, T> binder) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly Matrix<T> logits = binder.Operand(operation.Part.Logits);
    private readonly Matrix<T> input = binder.Rows(operation.Part.Head.Input, operation.Part.First, operation.Part.Count);
    private readonly Matrix<T> inputGradient = binder.Rows(operation.InputGradient, operation.Part.First, operation.Part.Count);
    private readonly Matrix<T> weight = binder.Weight(operation.Weights);
    private readonly WeightGradient<TResidual, T> gradient = new(binder.Gradient(operation.Gradients), operation.Unconverted is { } room ? binder.Operand(room) : null);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        inputGradient.SetProduct(logits.Tensor, weight.Tensor);
        gradient.Set(logits, input, arguments.Accumulate || operation.Part.First > 0);
    }
}
