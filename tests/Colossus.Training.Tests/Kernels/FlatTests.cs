using Colossus.Training.Kernels;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class FlatTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(45)]
    public void Conversions_round_every_value_once(int count)
    {
        using var wide = Values<F32>.Normal(count, 1);
        using var narrow = new Values<Bf16>(count);
        using var back = new Values<F32>(count);
        Flat.Convert(wide.Data, narrow.Data, count);
        Flat.Convert(narrow.Data, back.Data, count);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(Bf16.ToFloat(Bf16.FromFloat(F32.ToFloat(wide.Data[i]))), F32.ToFloat(back.Data[i]));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(45)]
    public void Addition_adds_every_value(int count)
    {
        using var sum = Values<F32>.Normal(count, 1);
        using var source = Values<Bf16>.Normal(count, 2);
        double[] expected = [.. sum.ToDoubles().Zip(source.ToDoubles(), (a, b) => (double)(float)(a + b))];
        Flat.Add(sum.Data, source.Data, count);
        Assert.Equal(expected, sum.ToDoubles());
    }

    [Fact]
    public void Zero_clears_what_it_is_told_and_no_more()
    {
        using var values = Values<Bf16>.Of([1, 2, 3, 4]);
        Flat.Zero(values.Data, 3);
        Assert.Equal([0, 0, 0, 4], values.ToDoubles());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(4096)]
    [InlineData(10_001)]
    public void Sum_of_squares_is_that_of_doubles(int count)
    {
        using var values = Values<F32>.Normal(count, 1);
        double expected = values.ToDoubles().Sum(x => x * x);
        Assert.Equal(expected, Flat.SumOfSquares((float*)values.Data, count), 1e-5 * expected);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(3e38f)]
    public void Sum_of_squares_is_not_finite_where_a_value_is_not_or_is_too_large(float value)
    {
        using var values = Values<F32>.Normal(5000, 1);
        values.Data[4321] = F32.FromFloat(value);
        Assert.False(double.IsFinite(Flat.SumOfSquares((float*)values.Data, 5000)));
    }
}
