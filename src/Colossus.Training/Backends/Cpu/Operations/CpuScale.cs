using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="Scale"/> on the CPU.</summary>
/// <typeparam name="T">Element type of the value.</typeparam>
internal sealed unsafe class CpuScale<T>(Scale operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint value = memory.Of(operation.Value);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => Flat.Scale((T*)value, operation.Value.Count, (float)operation.Factor);
}
