using System.Runtime.InteropServices;
using Colossus.Training.Kernels;
using TorchSharp;

namespace Colossus.Training.Products;

/// <summary>result (+)= left · right in pieces that the threads of <see cref="KernelThreads"/> take one after the other; libtorch multiplies each on the thread that took it.</summary>
/// <remarks>
/// <para>
/// libtorch's own threads get equal shares and meet at a barrier, so that every product waits for the thread that the kernel runs last: beside other programs
/// that costs a time slice a product. Pieces are taken by whoever runs. They follow from the shape alone, so two threads and twenty give the same bits.
/// </para>
/// <para>One thread multiplies the whole, since pieces this small cost it up to a quarter of its speed: its last bits may be others than those of several.</para>
/// </remarks>
internal sealed class CutProduct : IDisposable
{
    // Both operands are packed for each piece: shorter sides would cost more than a second thread gains.
    private const long Side = 128;

    // Far more than handing a piece to another thread costs (about a microsecond), and 20 to 200 µs of work.
    private const double PieceFlops = 8e6;

    private readonly torch.Tensor result;
    private readonly torch.Tensor left;
    private readonly torch.Tensor right;
    private Piece[] pieces = [];
    private GCHandle<CutProduct> handle;

    /// <summary>Describes a product. The tensors must outlive it.</summary>
    /// <param name="result">[rows, columns], row-major.</param>
    /// <param name="left">[rows, inner].</param>
    /// <param name="right">[inner, columns].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public CutProduct(torch.Tensor result, torch.Tensor left, torch.Tensor right)
    {
        var (rows, inner, columns) = (left.shape[0], left.shape[1], right.shape[1]);
        if (right.shape[0] != inner || result.shape[0] != rows || result.shape[1] != columns)
        {
            throw new ArgumentException(
                $"[{rows}, {inner}] times [{right.shape[0]}, {columns}] into [{result.shape[0]}, {result.shape[1]}] is no product of matrices", nameof(result));
        }

        (this.result, this.left, this.right) = (result, left, right);
    }

    /// <summary>Multiplies.</summary>
    /// <param name="add">Whether to add to what the result holds.</param>
    public void Run(bool add)
    {
        if (KernelThreads.Count == 1)
        {
            Multiply(result, left, right, add);
        }
        else
        {
            RunPieces(add);
        }
    }

    /// <summary>Multiplies in pieces, however many threads there are.</summary>
    /// <param name="add">Whether to add to what the result holds.</param>
    internal void RunPieces(bool add)
    {
        if (pieces.Length == 0)
        {
            Cut();
        }

        KernelThreads.For(pieces.Length, new Body(handle, add));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        handle.Dispose();
        foreach (var piece in pieces)
        {
            piece.Dispose();
        }
    }

    private void Cut()
    {
        var (rows, inner, columns) = (left.shape[0], left.shape[1], right.shape[1]);
        double wanted = Math.Max(1, 2.0 * rows * inner * columns / PieceFlops);

        // Rows first: their pieces lie one behind the other in the result.
        long rowPieces = Pieces(rows, wanted);
        long columnPieces = Pieces(columns, wanted / rowPieces);
        pieces = [.. from row in Cut(rows, rowPieces) from column in Cut(columns, columnPieces) select new Piece(result, left, right, row, column)];
        handle = new GCHandle<CutProduct>(this);
    }

    private static void Multiply(torch.Tensor result, torch.Tensor left, torch.Tensor right, bool add)
    {
        // OpenMP keeps the number for each thread that asks; a new thread has that of the environment and would start threads of its own.
        if (torch.get_num_threads() != 1)
        {
            torch.set_num_threads(1);
        }

        result.addmm_(left, right, beta: add ? 1 : 0, alpha: 1);
    }

    private static long Pieces(long size, double wanted) => Math.Clamp(size / Side, 1, (long)Math.Ceiling(wanted));

    private static IEnumerable<(long Start, long Length)> Cut(long size, long pieces)
    {
        for (long piece = 0; piece < pieces; piece++)
        {
            long start = size * piece / pieces;
            yield return (start, (size * (piece + 1) / pieces) - start);
        }
    }

    private readonly struct Piece(torch.Tensor result, torch.Tensor left, torch.Tensor right, (long Start, long Length) rows, (long Start, long Length) columns)
        : IDisposable
    {
        private readonly torch.Tensor result = View(View(result, 0, rows), 1, columns);
        private readonly torch.Tensor left = View(left, 0, rows);
        private readonly torch.Tensor right = View(right, 1, columns);

        public void Run(bool add) => Multiply(result, left, right, add);

        public void Dispose()
        {
            result.Dispose();
            left.Dispose();
            right.Dispose();
        }

        private static torch.Tensor View(torch.Tensor of, int dimension, (long Start, long Length) range) =>
            of.narrow(dimension, range.Start, range.Length).DetachFromDisposeScope();
    }

    private readonly struct Body(GCHandle<CutProduct> product, bool add) : IKernelBody
    {
        private readonly GCHandle<CutProduct> product = product;
        private readonly bool add = add;

        public void Run(int item) => product.Target.pieces[item].Run(add);
    }
}
