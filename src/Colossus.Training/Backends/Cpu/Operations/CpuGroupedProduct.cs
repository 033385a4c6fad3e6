using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;
using TorchSharp;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="GroupedProduct"/> on the CPU: a product of libtorch's for each expert that has rows.</summary>
internal sealed class CpuGroupedProduct<TResidual, T>(GroupedProduct operation, CpuBinder<TResidual, T> binder) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly ExpertRows<T> experts = new(operation.Groups, binder.Memory);
    private readonly Matrix<T> input = binder.Operand(operation.Input);
    private readonly Matrix<T>[] weights = [.. operation.Experts.Select(binder.Weight)];
    private readonly Matrix<T> output = binder.Operand(operation.Output);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        foreach (var (expert, first, count) in experts.Windows())
        {
            output.SetRows(first, count, input, weights[expert].Transposed);
        }
    }
}

/// <summary><see cref="GroupedInputGradient"/> on the CPU.</summary>
internal sealed class CpuGroupedInputGradient<TResidual, T>(GroupedInputGradient operation, CpuBinder<TResidual, T> binder) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly ExpertRows<T> experts = new(operation.Forward.Groups, binder.Memory);
    private readonly Matrix<T> outputGradient = binder.Operand(operation.OutputGradient);
    private readonly Matrix<T>[] weights = [.. operation.Forward.Experts.Select(binder.Weight)];
    private readonly Matrix<T> inputGradient = binder.Operand(operation.InputGradient);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        foreach (var (expert, first, count) in experts.Windows())
        {
            inputGradient.SetRows(first, count, outputGradient, weights[expert].Tensor);
        }
    }
}

/// <summary><see cref="GroupedWeightGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuGroupedWeightGradient<TResidual, T>(GroupedWeightGradient operation, CpuBinder<TResidual, T> binder) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly ExpertRows<T> experts = new(operation.Forward.Groups, binder.Memory);
    private readonly Matrix<T> outputGradient = binder.Operand(operation.OutputGradient);
    private readonly Matrix<T> input = binder.Operand(operation.Forward.Input);
    private readonly Matrix<T>? room = operation.Unconverted is { } value ? binder.Operand(value) : null;
    private readonly Matrix<TResidual>[] gradients = [.. operation.Forward.Experts.Select(binder.Gradient)];

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        foreach (var (expert, first, count) in experts.Ranges())
        {
            if (count > 0)
            {
                Set(new WeightGradient<TResidual, T>(gradients[expert], room), first, count, arguments.Accumulate);
            }
            else if (!arguments.Accumulate)
            {
                Flat.Zero(gradients[expert].Data, gradients[expert].Count);
            }
        }
    }

    // Rows are summed over here, so that others' do not do: what is no multiple of the granule comes by itself.
    private void Set(WeightGradient<TResidual, T> gradient, int first, int count, bool add)
    {
        int rest = count % experts.Granule;
        foreach (var (start, rows) in (ReadOnlySpan<(int, int)>)[(first, count - rest), (first + count - rest, rest)])
        {
            if (rows > 0)
            {
                using torch.Tensor left = outputGradient.Transposed.narrow(1, start, rows);
                using torch.Tensor right = input.Tensor.narrow(0, start, rows);
                gradient.SetOnce(left, right, add);
                add = true;
            }
        }
    }
}
