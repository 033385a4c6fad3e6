using Colossus.Training.Kernels;
using Colossus.Training.Native;
using TorchSharp;

namespace Colossus.Training.Model;

/// <summary>A row-major matrix in memory that somebody else owns, as kernels see it (pointer) and as libtorch sees it (tensor and its transpose).</summary>
/// <typeparam name="T">Element type.</typeparam>
internal sealed unsafe class Matrix<T> : IDisposable
    where T : unmanaged, IElement<T>
{
    /// <summary>Describes the matrix at a pointer.</summary>
    /// <param name="data">First element.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public Matrix(T* data, int rows, int columns)
    {
        Data = data;
        Rows = rows;
        Columns = columns;
        Tensor = TensorMemory.Wrap(data, Type, rows, columns);
        Transposed = Tensor.t().DetachFromDisposeScope();
    }

    /// <summary>libtorch's name of the element type.</summary>
    public static torch.ScalarType Type => typeof(T) == typeof(Bf16) ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;

    /// <summary>First element.</summary>
    public T* Data { get; }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Columns { get; }

    /// <summary>Number of elements.</summary>
    public long Count => (long)Rows * Columns;

    /// <summary>Shape [rows, columns].</summary>
    public torch.Tensor Tensor { get; }

    /// <summary>Shape [columns, rows], over the same memory.</summary>
    public torch.Tensor Transposed { get; }

    /// <summary>Takes a matrix from an arena.</summary>
    /// <param name="arena">Owner of the memory.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <returns>The matrix, zero.</returns>
    public static Matrix<T> In(Arena arena, int rows, int columns) => new(arena.Take<T>((long)rows * columns), rows, columns);

    /// <summary>The same columns, the first rows only.</summary>
    /// <param name="rows">Rows of the view.</param>
    /// <param name="start">The first row.</param>
    /// <returns>A view; dispose it on its own.</returns>
    public Matrix<T> RowRange(int start, int rows) => new(Data + ((long)start * Columns), rows, Columns);

    /// <inheritdoc/>
    public void Dispose()
    {
        Transposed.Dispose();
        Tensor.Dispose();
    }
}
