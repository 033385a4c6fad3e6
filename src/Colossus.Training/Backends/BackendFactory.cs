using Colossus.Plan.Programs;
using Colossus.Training.Backends.Cpu;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends;

/// <summary>Chooses the backend: the only place where a precision becomes types of the executing code.</summary>
internal static class BackendFactory
{
    /// <summary>A backend for number formats.</summary>
    /// <param name="formats">The formats.</param>
    public static IBackend Create(NumberFormats formats) => formats switch
    {
        { BfResidual: true } => new CpuBackend<Bf16, Bf16>(),
        { BfProducts: true } => new CpuBackend<F32, Bf16>(),
        _ => new CpuBackend<F32, F32>(),
    };

    /// <summary>The arithmetic on state for number formats.</summary>
    /// <param name="formats">The formats.</param>
    public static IStateKernels CreateState(NumberFormats formats) => formats switch
    {
        { BfResidual: true } => new CpuStateKernels<Bf16, Bf16>(),
        { RoundWeights: true } => new CpuStateKernels<F32, RoundedF32>(),
        _ => new CpuStateKernels<F32, F32>(),
    };
}
