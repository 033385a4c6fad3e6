using System.Numerics;
using Colossus.Training.Kernels;
using CsCheck;

namespace Colossus.Training.Tests.Kernels;

public sealed class ExactSumTests
{
    // Any bits that are a finite number: of every size, subnormal ones too.
    private static readonly Gen<double> finite = Gen.OneOf(
        Gen.ULong.Select(BitConverter.UInt64BitsToDouble),
        Gen.Double[-1, 1],
        Gen.ULong[0, (1UL << 52) - 1].Select(BitConverter.UInt64BitsToDouble),
        Gen.OneOf(0.0, -0.0, double.Epsilon, -double.Epsilon, 1, -1, 1e300, -1e300)).Where(double.IsFinite);

    [Fact]
    public void A_sum_is_the_nearest_double_to_the_sum_of_whole_numbers() => finite.Array[0, 40].Sample(
        static values =>
        {
            BigInteger exact = values.Aggregate(BigInteger.Zero, (sum, value) => sum + Whole(value));
            double found = Of(values);
            if (double.IsInfinity(found))
            {
                // Halfway from the greatest double to the next power of two everything becomes infinite.
                Assert.True(BigInteger.Abs(exact) * 2 >= Whole(double.MaxValue) + (BigInteger.One << (1024 + 1074)));
                return;
            }

            BigInteger error = BigInteger.Abs(Whole(found) - exact);
            foreach (double neighbour in new[] { double.BitDecrement(found), double.BitIncrement(found) }.Where(double.IsFinite))
            {
                BigInteger other = BigInteger.Abs(Whole(neighbour) - exact);
                Assert.True(error < other || (error == other && (BitConverter.DoubleToInt64Bits(found) & 1) == 0), $"{neighbour:r} is nearer than {found:r}, or as near and even");
            }
        },
        iter: 2000);

    [Fact]
    public void Neither_the_order_of_values_nor_who_added_them_changes_a_bit() => Gen.Select(finite.Array[1, 40], Gen.Int[0, 40], Gen.Int).Sample(
        static (values, cut, seed) =>
        {
            double expected = Of(values);
            double[] shuffled = [.. values];
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(expected, Of(shuffled));

            var first = new ExactSum();
            var second = new ExactSum();
            for (int i = 0; i < shuffled.Length; i++)
            {
                (i < cut ? first : second).Add(shuffled[i]);
            }

            first.Merge(second.Words);
            Assert.Equal(expected, first.Value);
        },
        iter: 1000);

    [Fact]
    public void What_cancels_leaves_what_was_too_small_to_be_seen() => Assert.Equal(double.Epsilon, Of(double.MaxValue, double.Epsilon, -double.MaxValue));

    [Fact]
    public void Sums_beyond_the_greatest_double_are_infinite_and_come_back() =>
        Assert.Equal((double.PositiveInfinity, double.NegativeInfinity, double.MaxValue), (
            Of(double.MaxValue, double.MaxValue), Of(-double.MaxValue, -double.MaxValue), Of(double.MaxValue, double.MaxValue, -double.MaxValue)));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void One_value_that_is_not_finite_makes_the_sum_NaN_until_it_begins_again(double value)
    {
        var sum = new ExactSum();
        sum.Add(1);
        sum.Add(value);
        Assert.Equal(double.NaN, sum.Value);

        var other = new ExactSum();
        other.Merge(sum.Words);
        Assert.Equal(double.NaN, other.Value);

        sum.Clear();
        sum.Add(2);
        Assert.Equal(2, sum.Value);
    }

    [Fact]
    public void Carries_of_a_million_values_of_one_sign_are_kept()
    {
        var sum = new ExactSum();
        double value = BitConverter.UInt64BitsToDouble(0x3fff_ffff_ffff_ffff);
        for (int i = 0; i < 1 << 20; i++)
        {
            sum.Add(-value);
        }

        Assert.Equal(-value * (1 << 20), sum.Value);
    }

    private static double Of(params ReadOnlySpan<double> values)
    {
        var sum = new ExactSum();
        foreach (double value in values)
        {
            sum.Add(value);
        }

        return sum.Value;
    }

    // In units of the smallest double above 0, of which every double is a multiple.
    private static BigInteger Whole(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52) & 0x7ff;
        BigInteger fraction = (bits & 0xf_ffff_ffff_ffff) | (exponent == 0 ? 0 : 1L << 52);
        return (bits < 0 ? -fraction : fraction) << Math.Max(0, exponent - 1);
    }
}
