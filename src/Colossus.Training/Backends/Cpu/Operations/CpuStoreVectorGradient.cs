using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="StoreVectorGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuStoreVectorGradient<TResidual>(StoreVectorGradient operation, IOperationMemory memory, bool adds) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
{
    private readonly nint source = memory.Of(operation.Gradient);
    private readonly nint target = memory.OfGradient(operation.Vector);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        if (arguments.Accumulate || adds)
        {
            Flat.Add((TResidual*)target, (F32*)source, operation.Vector.Count);
        }
        else
        {
            Flat.Convert((F32*)source, (TResidual*)target, operation.Vector.Count);
        }
    }
}
