using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="Add"/> on the CPU.</summary>
internal sealed unsafe class CpuAdd<TResidual, T>(Add operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly nint residual = memory.Of(operation.Residual);
    private readonly nint branch = memory.Of(operation.Branch);
    private readonly nint sum = memory.Of(operation.Sum);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        Flat.Convert((TResidual*)residual, (TResidual*)sum, operation.Sum.Count);
        Flat.Add((TResidual*)sum, (T*)branch, operation.Sum.Count);
    }
}

/// <summary><see cref="Plan.Programs.Operations.Convert"/> on the CPU.</summary>
internal sealed unsafe class CpuConvert<TResidual, T>(Plan.Programs.Operations.Convert operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly nint source = memory.Of(operation.Source);
    private readonly nint target = memory.Of(operation.Target);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        switch (operation.Source.Format, operation.Target.Format)
        {
            case (ValueFormat.Residual, ValueFormat.Product):
                Flat.Convert((TResidual*)source, (T*)target, operation.Target.Count);
                break;
            case (ValueFormat.Product, ValueFormat.Product):
                Flat.Convert((T*)source, (T*)target, operation.Target.Count);
                break;
            default:
                throw new NotSupportedException($"{operation}: only operands of products are made of other values");
        }
    }
}
