using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="StoreVectorGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuStoreVectorGradient<TResidual>(StoreVectorGradient operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
{
    private readonly nint source = memory.Of(operation.Gradient);
    private readonly (nint Target, long Count)[] vectors = [.. operation.Gradients.Select(vector => (memory.OfGradient(vector), vector.Count))];

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        float* gradient = (float*)source;
        foreach (var (target, count) in vectors)
        {
            if (arguments.Accumulate)
            {
                Flat.Add((TResidual*)target, (F32*)gradient, count);
            }
            else
            {
                Flat.Convert((F32*)gradient, (TResidual*)target, count);
            }

            gradient += count;
        }
    }
}
