using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="AddBias"/> on the CPU.</summary>
internal sealed unsafe class CpuAddBias<TResidual, T>(AddBias operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly nint value = memory.Of(operation.Value);
    private readonly (nint Bias, int Columns)[] biases = [.. operation.Weights.Select(bias => (memory.OfWeight(bias), bias.Rows.Size))];

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        T* columns = (T*)value;
        foreach (var (bias, count) in biases)
        {
            Bias.Add(columns, (TResidual*)bias, operation.Value.Rows.Size, count, operation.Value.Width);
            columns += count;
        }
    }
}

/// <summary><see cref="BiasGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuBiasGradient<T>(BiasGradient operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint gradient = memory.Of(operation.Gradient);
    private readonly nint sums = memory.Of(operation.Sums);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => Bias.SumRows((T*)gradient, (float*)sums, operation.Gradient.Rows.Size, operation.Gradient.Width);
}
