using Colossus.Training.Kernels;
using Colossus.Training.Native;
using Colossus.Training.Products;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class CutProductTests
{
    public CutProductTests() => LibtorchLoader.Load();

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(130, 7, 5)]
    [InlineData(400, 300, 129)]
    [InlineData(300, 64, 1000)]
    public void Pieces_make_the_whole_product_with_the_same_bits_whoever_takes_them(int rows, int inner, int columns)
    {
        foreach (bool transposed in new[] { false, true })
        {
            foreach (bool add in new[] { false, true })
            {
                using var left = Values<F32>.Normal(rows * inner, 1);
                using var right = Values<F32>.Normal(inner * columns, 2);
                using var before = Values<F32>.Normal(rows * columns, 3);
                using var a = transposed ? TensorMemory.Wrap(left.Data, ScalarType.Float32, inner, rows).t() : TensorMemory.Wrap(left.Data, ScalarType.Float32, rows, inner);
                using var b = TensorMemory.Wrap(right.Data, ScalarType.Float32, inner, columns);
                using var expected = a.to(ScalarType.Float64).matmul(b.to(ScalarType.Float64));
                if (add)
                {
                    expected.add_(before.ToTensor(rows, columns));
                }

                using var result = before.Copy();
                using var c = TensorMemory.Wrap(result.Data, ScalarType.Float32, rows, columns);
                using var product = new CutProduct(c, a, b);
                product.Run(add);
                Compare.Close(expected, result, "the whole");
                Compare.SameWithThreads(() =>
                {
                    before.Bytes.CopyTo(result.Bytes);
                    product.RunPieces(add);
                    return result.Bytes.ToArray();
                });
                Compare.Close(expected, result, "the pieces");
            }
        }
    }

    [Fact]
    public void A_product_of_matrices_that_do_not_fit_is_refused_before_anything_is_written()
    {
        using var a = zeros(4, 3);
        using var b = zeros(5, 6);
        using var c = zeros(4, 6);
        Assert.Throws<ArgumentException>(() => new CutProduct(c, a, b));
    }
}
