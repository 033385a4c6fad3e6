using Colossus.Training.Kernels;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class TileTests
{
    private delegate void Multiplication(
        float* a, nint aRow, nint aDepth, float* b, nint bRow, float* c, nint cRow, int rows, int columns, int depth, bool accumulate, Triangle triangle, int diagonal);

    private static readonly Multiplication[] Widths = [Tile256.Multiply, Tile512.Multiply];

    [Theory]
    [InlineData(8, 32, 1)]
    [InlineData(16, 64, 5)]
    [InlineData(24, 96, 40)]
    [InlineData(64, 160, 64)]
    public void Products_are_those_of_three_loops_and_vectors_of_both_widths_give_the_same_bits(int rows, int columns, int depth)
    {
        foreach (bool transposed in new[] { false, true })
        {
            foreach (bool accumulate in new[] { false, true })
            {
                using var a = Values<F32>.Normal(rows * depth, 1);
                using var b = Values<F32>.Normal(depth * columns, 2);
                using var c = Values<F32>.Normal(rows * columns, 3);
                double[] expected = Expected(a, b, c, rows, columns, depth, transposed, accumulate);
                double[][] results = [.. Widths.Select(multiply =>
                {
                    using var result = c.Copy();
                    multiply(
                        (float*)a.Data,
                        transposed ? 1 : depth,
                        transposed ? rows : 1,
                        (float*)b.Data,
                        columns,
                        (float*)result.Data,
                        columns,
                        rows,
                        columns,
                        depth,
                        accumulate,
                        Triangle.None,
                        0);
                    return result.ToDoubles();
                })];
                Compare.Close(expected, results[0], 1e-5, "c");
                Assert.Equal(results[0], results[1]);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    public void A_triangle_has_all_that_the_mask_leaves_and_reads_nothing_beyond_the_blocks_on_its_diagonal(int diagonal)
    {
        const int Size = 64;
        const int Depth = 128;
        using var b = Values<F32>.Normal(Depth * Size, 2);
        using var lower = Values<F32>.Normal(Size * Depth, 1);
        using var upper = Values<F32>.Normal(Size * Depth, 4);
        Mask(lower, Depth, (row, k) => k > row + diagonal, diagonal);
        Mask(upper, Depth, (row, k) => k < row - diagonal, -diagonal);
        foreach (var multiply in Widths)
        {
            foreach (var (a, triangle) in new[] { (lower, Triangle.DepthToRow), (upper, Triangle.DepthFromRow) })
            {
                using var c = new Values<F32>(Size * Size);
                multiply((float*)a.Data, Depth, 1, (float*)b.Data, Size, (float*)c.Data, Size, Size, Size, Depth, false, triangle, diagonal);
                using var masked = Values<F32>.Of(a.ToDoubles().Select(x => double.IsNaN(x) ? 0 : x));
                Compare.Close(Expected(masked, b, c, Size, Size, Depth, false, false), c.ToDoubles(), 1e-5, triangle.ToString());
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    public void Columns_from_the_row_on_are_all_there(int diagonal)
    {
        const int Size = 64;
        using var a = Values<F32>.Normal(Size * Size, 1);
        using var b = Values<F32>.Normal(Size * Size, 2);
        foreach (var multiply in Widths)
        {
            using var c = new Values<F32>(Size * Size);
            double[] Wanted(double[] all) => [.. all.Select((x, at) => at % Size >= (at / Size) - diagonal ? x : 0)];
            multiply((float*)a.Data, Size, 1, (float*)b.Data, Size, (float*)c.Data, Size, Size, Size, Size, false, Triangle.ColumnsFromRow, diagonal);
            Compare.Close(Wanted(Expected(a, b, c, Size, Size, Size, false, false)), Wanted(c.ToDoubles()), 1e-5, "c");
        }
    }

    // As attention leaves its scores: outside the triangle 0 within the blocks on the diagonal, and beyond them whatever was there before.
    private static void Mask(Values<F32> a, int depth, Func<int, int, bool> isOutside, int shift)
    {
        for (int at = 0; at < a.Count; at++)
        {
            var (row, k) = (at / depth, at % depth);
            if (isOutside(row, k))
            {
                bool onDiagonal = row / Tile.TriangleBlock == (k - shift) / Tile.TriangleBlock && k >= shift;
                a.Data[at] = onDiagonal ? default : F32.FromFloat(float.NaN);
            }
        }
    }

    private static double[] Expected(
        Values<F32> a, Values<F32> b, Values<F32> c, int rows, int columns, int depth, bool transposed, bool accumulate)
    {
        double[] left = a.ToDoubles();
        double[] right = b.ToDoubles();
        double[] result = accumulate ? c.ToDoubles() : new double[rows * columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                for (int k = 0; k < depth; k++)
                {
                    result[(i * columns) + j] += left[transposed ? (k * rows) + i : (i * depth) + k] * right[(k * columns) + j];
                }
            }
        }

        return result;
    }
}
