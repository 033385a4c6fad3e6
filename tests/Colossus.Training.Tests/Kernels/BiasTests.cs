using Colossus.Training.Kernels;
using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class BiasTests
{
    private const int Rows = 150;

    public BiasTests() => LibtorchLoader.Load();

    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(64)]
    public void A_bias_is_added_to_its_columns_alone(int columns)
    {
        Check<F32, F32>(columns);
        Check<Bf16, Bf16>(columns);
        Check<Bf16, F32>(columns);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(64)]
    public void Sums_over_rows_are_libtorchs_in_double(int width)
    {
        using var rows = Values<Bf16>.Normal(Rows * width, 1);
        using var sums = Values<F32>.Normal(width, 2);
        Bias.SumRows(rows.Data, (float*)sums.Data, Rows, width);
        Compare.Close(rows.ToTensor(Rows, width).sum([0L]), sums, "sums");
    }

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        using var source = Values<Bf16>.Normal(Rows * 40, 1);
        using var bias = Values<Bf16>.Normal(40, 2);
        using var sums = new Values<F32>(40);
        Compare.SameWithThreads(() =>
        {
            using var rows = source.Copy();
            Bias.Add(rows.Data, bias.Data, Rows, 40, 40);
            Bias.SumRows(rows.Data, (float*)sums.Data, Rows, 40);
            return [.. rows.Bytes, .. sums.Bytes];
        });
    }

    private static void Check<T, TBias>(int columns)
        where T : unmanaged, IElement<T>
        where TBias : unmanaged, IElement<TBias>
    {
        int stride = columns + 9;
        using var rows = Values<T>.Normal(Rows * stride, 1);
        using var bias = Values<TBias>.Normal(columns, 2);
        var expected = rows.ToTensor(Rows, stride) + cat([zeros(4, ScalarType.Float64), bias.ToTensor(columns), zeros(5, ScalarType.Float64)]);
        Bias.Add(rows.Data + 4, bias.Data, Rows, columns, stride);
        Compare.Close(expected, rows, "sum");
    }
}
