using Colossus.Training.Kernels;
using Colossus.Training.Native;
using Colossus.Training.Products;
using TorchSharp;

namespace Colossus.Training.Backends.Cpu;

/// <summary>A row-major matrix in memory that somebody else owns, as kernels see it (pointer) and as libtorch sees it (tensor and its transpose).</summary>
/// <typeparam name="T">Element type.</typeparam>
internal sealed unsafe class Matrix<T> : IDisposable
    where T : unmanaged, IElement<T>
{
    private readonly Dictionary<(nint Left, nint Right), CutProduct> products = [];

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

    /// <summary>this = left · right, or this + left · right.</summary>
    /// <param name="left">[rows, inner]; lives as long as this matrix.</param>
    /// <param name="right">[inner, columns]; lives as long as this matrix.</param>
    /// <param name="add">Whether to add to what is there.</param>
    public void SetProduct(torch.Tensor left, torch.Tensor right, bool add = false)
    {
        // An operation asks for the same product in every pass, so it is cut once.
        if (!products.TryGetValue((left.Handle, right.Handle), out var product))
        {
            product = new CutProduct(Tensor, left, right);
            products.Add((left.Handle, right.Handle), product);
        }

        product.Run(add);
    }

    /// <summary>The same with operands that live for this call only, as rows whose number changes with each micro-batch: nothing is kept of it.</summary>
    public void SetProductOnce(torch.Tensor left, torch.Tensor right, bool add)
    {
        using var product = new CutProduct(Tensor, left, right);
        product.Run(add);
    }

    /// <summary>Some rows of this = the same rows of left · right; nothing is kept of it.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="left">[rows, inner].</param>
    /// <param name="right">[inner, columns].</param>
    public void SetRows(int first, int count, Matrix<T> left, torch.Tensor right)
    {
        using torch.Tensor target = Tensor.narrow(0, first, count);
        using torch.Tensor source = left.Tensor.narrow(0, first, count);
        using var product = new CutProduct(target, source, right);
        product.Run(add: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var product in products.Values)
        {
            product.Dispose();
        }

        products.Clear();
        Transposed.Dispose();
        Tensor.Dispose();
    }
}
