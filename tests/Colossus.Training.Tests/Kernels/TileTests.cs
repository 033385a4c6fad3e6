using Colossus.Training.Kernels;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class TileTests
{
    [Theory]
    [InlineData(8, 32, 1)]
    [InlineData(16, 64, 5)]
    [InlineData(24, 96, 40)]
    [InlineData(64, 160, 64)]
    public void Products_are_those_of_three_loops(int rows, int columns, int depth)
    {
        foreach (bool transposed in new[] { false, true })
        {
            foreach (bool accumulate in new[] { false, true })
            {
                using var a = Values<F32>.Normal(rows * depth, 1);
                using var b = Values<F32>.Normal(depth * columns, 2);
                using var c = Values<F32>.Normal(rows * columns, 3);
                double[] expected = Expected(a, b, c, rows, columns, depth, transposed, accumulate);
                Tile.Multiply(
                    (float*)a.Data, transposed ? 1 : depth, transposed ? rows : 1, (float*)b.Data, columns, (float*)c.Data, columns, rows, columns, depth, accumulate);
                Compare.Close(expected, c.ToDoubles(), 1e-5, "c");
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    public void A_triangle_has_all_that_the_mask_leaves(int diagonal)
    {
        const int Size = 64;
        const int Depth = 128;
        using var b = Values<F32>.Normal(Depth * Size, 2);

        // Elements of A outside the triangle are zero, as they are in attention, so that what a tile reads beyond it adds nothing.
        using var lower = Values<F32>.Normal(Size * Depth, 1);
        using var upper = Values<F32>.Normal(Size * Depth, 4);
        for (int i = 0; i < Size; i++)
        {
            for (int k = 0; k < Depth; k++)
            {
                lower.Data[(i * Depth) + k] = k <= i + diagonal ? lower.Data[(i * Depth) + k] : default;
                upper.Data[(i * Depth) + k] = k >= i - diagonal ? upper.Data[(i * Depth) + k] : default;
            }
        }

        foreach (var (a, triangle) in new[] { (lower, Triangle.DepthToRow), (upper, Triangle.DepthFromRow), (lower, Triangle.ColumnsFromRow) })
        {
            using var c = new Values<F32>(Size * Size);
            double[] expected = Expected(a, b, c, Size, Size, Depth, false, false);
            Tile.Multiply((float*)a.Data, Depth, 1, (float*)b.Data, Size, (float*)c.Data, Size, Size, Size, Depth, false, triangle, diagonal);
            double[] actual = c.ToDoubles();
            if (triangle == Triangle.ColumnsFromRow)
            {
                expected = [.. expected.Select((x, at) => at % Size >= (at / Size) - diagonal ? x : 0)];
                actual = [.. actual.Select((x, at) => at % Size >= (at / Size) - diagonal ? x : 0)];
            }

            Compare.Close(expected, actual, 1e-5, triangle.ToString());
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
