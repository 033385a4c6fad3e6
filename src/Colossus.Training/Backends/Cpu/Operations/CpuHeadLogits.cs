using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="HeadLogits"/> on the CPU.</summary>
internal sealed unsafe class CpuHeadLogits<TResidual, T>(HeadLogits operation, CpuBinder<TResidual, T> binder) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly Matrix<T> input = binder.Rows(operation.Part.Head.Input, operation.Part.First, operation.Part.Count);
    private readonly Matrix<T> logits = binder.Operand(operation.Part.Logits);
    private readonly Matrix<T> weight = binder.Weight(operation.Weights);
    private readonly VocabularyShare share = VocabularyShare.Of(operation.Part.Head.Matrix);
    private readonly nint targets = operation.Part.Statistics is null ? 0 : binder.Memory.Of(operation.Part.Head.Targets) + (operation.Part.First * sizeof(int));
    private readonly nint statistics = operation.Part.Statistics is { } value ? binder.Memory.Of(value) : 0;

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        logits.SetProduct(input.Tensor, weight.Transposed);
        if (statistics != 0)
        {
            CrossEntropy.Statistics(logits.Data, (int*)targets, (float*)statistics, logits.Rows, share);
        }
    }
}
