using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="HeadLosses"/> on the CPU.</summary>
internal sealed unsafe class CpuHeadLosses<TResidual, T>(HeadLosses operation, CpuBinder<TResidual, T> binder) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly Matrix<T> logits = binder.Operand(operation.Part.Logits);
    private readonly VocabularyShare share = VocabularyShare.Of(operation.Part.Head.Matrix);
    private readonly nint targets = binder.Memory.Of(operation.Part.Head.Targets) + (operation.Part.First * sizeof(int));
    private readonly nint losses = binder.Memory.Of(operation.Part.Head.Losses) + (operation.Part.First * sizeof(float));
    private readonly nint statistics = operation.Part.AllStatistics is { } value ? binder.Memory.Of(value) : 0;

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => CrossEntropy.Losses(
        logits.Data,
        (int*)targets,
        (float*)losses,
        logits.Rows,
        share,
        operation.WithGradients ? arguments.LossScale : null,
        (float*)statistics,
        operation.Part.Head.Sharers);
}
