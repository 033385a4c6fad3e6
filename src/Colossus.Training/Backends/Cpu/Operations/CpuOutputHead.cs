using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="OutputHead"/> on the CPU.</summary>
/// <param name="addLosses">Adds so many losses from an address on to the sum.</param>
internal sealed unsafe class CpuOutputHead<TResidual, T>(OutputHead operation, CpuBinder<TResidual, T> binder, Action<nint, int> addLosses) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly HeadRows<T>[] parts = HeadRows<T>.Of(operation, binder);
    private readonly Matrix<T> weight = binder.Weight(operation.Weights);
    private readonly nint losses = binder.Memory.Of(operation.Losses);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        foreach (var part in parts)
        {
            part.Logits.SetProduct(part.Input.Tensor, weight.Transposed);
            CrossEntropy.ForwardOnly(part.Logits.Data, (int*)part.Targets, (float*)part.Losses, part.Logits.Rows, part.Logits.Columns);
        }

        addLosses(losses, operation.Input.Rows.Size);
    }
}

/// <summary><see cref="OutputHeadWithGradients"/> on the CPU.</summary>
/// <param name="addLosses">Adds so many losses from an address on to the sum.</param>
internal sealed unsafe class CpuOutputHeadWithGradients<TResidual, T>(OutputHeadWithGradients operation, CpuBinder<TResidual, T> binder, Action<nint, int> addLosses)
    : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly HeadRows<T>[] parts = HeadRows<T>.Of(operation.Head, binder);
    private readonly Matrix<T>[] inputGradients = [.. HeadRows<T>.Ranges(operation.Head).Select(range => binder.Rows(operation.InputGradient, range.First, range.Count))];
    private readonly Matrix<T> weight = binder.Weight(operation.Head.Weights);
    private readonly WeightGradient<TResidual, T> gradient = new(binder.Gradient(operation.Gradients), operation.Unconverted is { } room ? binder.Operand(room) : null);
    private readonly nint losses = binder.Memory.Of(operation.Head.Losses);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        bool add = arguments.Accumulate;
        for (int i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            part.Logits.SetProduct(part.Input.Tensor, weight.Transposed);
            CrossEntropy.ForwardBackward(
                part.Logits.Data, (int*)part.Targets, (float*)part.Losses, part.Logits.Rows, part.Logits.Columns, arguments.LossScale);
            inputGradients[i].SetProduct(part.Logits.Tensor, weight.Tensor);
            gradient.Set(part.Logits, part.Input, add);
            add = true;
        }

        addLosses(losses, operation.Head.Input.Rows.Size);
    }
}
