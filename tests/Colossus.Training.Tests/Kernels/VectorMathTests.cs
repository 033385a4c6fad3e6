using System.Runtime.Intrinsics;
using Colossus.Training.Kernels;

namespace Colossus.Training.Tests.Kernels;

public sealed class VectorMathTests
{
    [Fact]
    public void Exp_is_within_one_unit_in_the_last_place() =>
        Assert.InRange(WorstError(VectorMath.Exp, Math.Exp, -87.3, 88.7), 0, 1.0);

    [Fact]
    public void Exp2_is_within_one_unit_in_the_last_place() =>
        Assert.InRange(WorstError(VectorMath.Exp2, x => Math.Pow(2, x), -125.9, 1), 0, 1.0);

    [Fact]
    public void Sigmoid_is_within_three_units_in_the_last_place() =>
        Assert.InRange(WorstError(VectorMath.Sigmoid, x => 1 / (1 + Math.Exp(-x)), -87.3, 90), 0, 3.0);

    [Fact]
    public void Tanh_is_within_five_units_in_the_last_place() =>
        Assert.InRange(WorstError(VectorMath.Tanh, Math.Tanh, -12, 12), 0, 5.0);

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(1e-20f, 1e-20f)]
    [InlineData(-1e-20f, -1e-20f)]
    [InlineData(20f, 1f)]
    [InlineData(-20f, -1f)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(float.NegativeInfinity, -1f)]
    [InlineData(float.NaN, float.NaN)]
    public void Tanh_at_the_edges(float x, float expected)
    {
        float result = VectorMath.Tanh(Vector512.Create(x)).ToScalar();
        Assert.True(float.IsNaN(expected) ? float.IsNaN(result) : Math.Abs(result - expected) <= 2.4e-7 * Math.Abs(expected), $"tanh({x}) is {result}");
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(-87.4f, 0f)]
    [InlineData(-1e30f, 0f)]
    [InlineData(88.73f, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(float.NaN, float.NaN)]
    public void Exp_at_the_edges(float x, float expected) => AllLanes(expected, VectorMath.Exp(Vector512.Create(x)));

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(-126f, 1.17549435E-38f)]
    [InlineData(-127f, 0f)]
    [InlineData(-1e30f, 0f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(float.NaN, float.NaN)]
    public void Exp2_at_the_edges(float x, float expected) => AllLanes(expected, VectorMath.Exp2(Vector512.Create(x)));

    [Theory]
    [InlineData(0f, 0.5f)]
    [InlineData(40f, 1f)]
    [InlineData(1e30f, 1f)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(-87.4f, 0f)]
    [InlineData(-1e30f, 0f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(float.NaN, float.NaN)]
    public void Sigmoid_at_the_edges(float x, float expected) => AllLanes(expected, VectorMath.Sigmoid(Vector512.Create(x)));

    [Fact]
    public void Not_a_number_with_any_bits_stays_one()
    {
        for (uint payload = 1; payload < 1 << 23; payload = (payload * 3) + 1)
        {
            var x = Vector512.Create(BitConverter.UInt32BitsToSingle(0x7f800000 | payload));
            AllLanes(float.NaN, VectorMath.Exp(x));
            AllLanes(float.NaN, VectorMath.Exp2(x));
            AllLanes(float.NaN, VectorMath.Sigmoid(x));
            AllLanes(float.NaN, VectorMath.Tanh(x));
        }
    }

    private static void AllLanes(float expected, Vector512<float> actual)
    {
        for (int lane = 0; lane < 16; lane++)
        {
            Assert.Equal(expected, actual[lane]);
        }
    }

    // In units in the last place of the result, over two million arguments.
    private static double WorstError(Func<Vector512<float>, Vector512<float>> function, Func<double, double> exact, double from, double to)
    {
        double worst = 0;
        const int Steps = 1 << 17;
        float step = (float)((to - from) / (16.0 * Steps));
        for (int i = 0; i < Steps; i++)
        {
            var x = Vector512.Create((float)(from + ((to - from) * i / Steps))) + (Vector512.ConvertToSingle(Vector512<int>.Indices) * step);
            var y = function(x);
            for (int lane = 0; lane < 16; lane++)
            {
                double expected = exact(x[lane]);
                double unit = Math.Max(MathF.BitIncrement((float)expected) - (float)expected, float.Epsilon);
                worst = Math.Max(worst, Math.Abs(y[lane] - expected) / unit);
            }
        }

        return worst;
    }
}
