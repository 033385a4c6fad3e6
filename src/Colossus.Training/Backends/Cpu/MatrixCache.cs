using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu;

/// <summary>One <see cref="Matrix{T}"/> for each place and shape: libtorch's view of memory is made once, however many operations use it.</summary>
/// <typeparam name="T">Element type.</typeparam>
internal sealed unsafe class MatrixCache<T>
    where T : unmanaged, IElement<T>
{
    private readonly Dictionary<(nint Address, int Rows, int Columns), Matrix<T>> matrices = [];

    /// <summary>The matrix at an address.</summary>
    /// <param name="address">First element.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public Matrix<T> At(nint address, int rows, int columns)
    {
        var key = (address, rows, columns);
        if (!matrices.TryGetValue(key, out var matrix))
        {
            matrix = new Matrix<T>((T*)address, rows, columns);
            matrices.Add(key, matrix);
        }

        return matrix;
    }

    /// <summary>Disposes all matrices.</summary>
    public void Clear()
    {
        foreach (var matrix in matrices.Values)
        {
            matrix.Dispose();
        }

        matrices.Clear();
    }
}
