using Colossus.Plan.Programs;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu;

/// <summary>Finds the operands of matrix products.</summary>
/// <param name="memory">Where everything lies.</param>
/// <param name="residuals">Matrices of gradients.</param>
/// <param name="products">Matrices of operands.</param>
internal sealed class CpuBinder<TResidual, T>(IOperationMemory memory, MatrixCache<TResidual> residuals, MatrixCache<T> products)
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    /// <summary>Where everything lies.</summary>
    public IOperationMemory Memory { get; } = memory;

    /// <summary>A value in the format of products.</summary>
    public Matrix<T> Operand(Value value) => products.At(Memory.Of(value), value.Rows.Size, value.Width);

    /// <summary>Some rows of it.</summary>
    public unsafe Matrix<T> Rows(Value value, int first, int count) =>
        products.At(Memory.Of(value) + ((nint)first * value.Width * sizeof(T)), count, value.Width);

    /// <summary>Weights that one product reads together, one behind the other: [sum of outputs, inputs].</summary>
    public Matrix<T> Weight(IReadOnlyList<Weight> weights) =>
        products.At(Memory.OfMatrix(weights[0]), weights.Sum(weight => weight.Rows.Size), weights[0].Columns!.Value.Size);

    /// <summary>Their gradients.</summary>
    public Matrix<TResidual> Gradient(IReadOnlyList<Weight> weights) =>
        residuals.At(Memory.OfGradient(weights[0]), weights.Sum(weight => weight.Rows.Size), weights[0].Columns!.Value.Size);
}
