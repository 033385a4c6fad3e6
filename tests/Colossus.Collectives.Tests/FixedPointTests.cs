using System.Numerics;
using CsCheck;

namespace Colossus.Collectives.Tests;

public sealed unsafe class FixedPointTests
{
    private static readonly Gen<int> counts = Gen.OneOf(Gen.Int[0, 40], Gen.Int[1000, 3000]);

    [Fact]
    public void A_sum_is_that_of_the_numbers_rounded_one_by_one_in_any_order() => Gen.Select(Gen.Int[1, 6], counts, Gen.Bool, Gen.Bool, Gen.Int[-60, 60], Gen.Int[0, 10_000]).Sample(
        static (sources, count, isHalf, add, power, seed) =>
        {
            float[][] values = [.. Enumerable.Range(0, sources).Select(source => ValuesOf(seed, source, count, isHalf, power))];
            var format = new FixedPoint();
            format.Begin(FixedPoint.DigitsFor(values.SelectMany(vector => vector).Select(Math.Abs).Append(0).Max(), sources));
            long[] before = [.. Enumerable.Range(0, count).Select(i => (long)i * seed)];
            long[] expected = [.. Enumerable.Range(0, count).Select(i => (add ? before[i] : 0) + values.Sum(vector => Rounded(vector[i], format.Digits)))];

            Assert.Equal(expected, Sum(format, values, isHalf, before, add));
            Assert.Equal(values.SelectMany(vector => vector).Select(Math.Abs).Append(0).Max(), format.Largest);
            Array.Reverse(values);
            Assert.Equal(expected, Sum(format, values, isHalf, before, add));
        },
        iter: 200);

    [Fact]
    public void Integers_are_added_in_place() => Gen.Select(Gen.Int[1, 6], counts, Gen.Int[0, 10_000]).Sample(
        static (sources, count, seed) =>
        {
            var random = new Random(seed);
            long[][] values = [.. Enumerable.Range(0, sources).Select(_ => Enumerable.Range(0, count).Select(_ => random.NextInt64(-1L << 58, 1L << 58)).ToArray())];
            long[] expected = [.. Enumerable.Range(0, count).Select(i => values.Sum(vector => vector[i]))];
            int own = random.Next(sources);
            var format = new FixedPoint();
            Pinned.Use(values, pointers => FixedPointKernels.Sum(format, ElementType.Int64, (void**)pointers, sources, ((long**)pointers)[own], count, add: false));
            Assert.Equal(expected, values[own]);
            Assert.Equal(0, format.Largest);
        },
        iter: 100);

    [Fact]
    public void A_sum_becomes_the_float_next_to_it() => Gen.Select(Gen.Int[0, 40], Gen.Int[-66, 200], Gen.Int[0, 10_000]).Sample(
        static (count, digits, seed) =>
        {
            var random = new Random(seed);
            long[] sums = [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(63))];
            float[] floats = new float[count];
            var format = new FixedPoint();
            format.Begin(digits);
            fixed (long* source = sums)
            {
                fixed (float* destination = floats)
                {
                    FixedPointKernels.ToFloats(format, source, destination, count);
                }
            }

            Assert.Equal(sums.Select(sum => (float)(sum * Math.ScaleB(1, -digits))), floats);
        },
        iter: 200);

    [Fact]
    public void Digits_leave_room_for_the_sum_and_keep_what_counts_of_the_largest_number() => Gen.Select(Gen.Int[1, int.MaxValue >> 1], Gen.Long[1, 1L << 31]).Sample(
        static (bits, addends) =>
        {
            float largest = BitConverter.Int32BitsToSingle(bits);
            if (!float.IsFinite(largest))
            {
                return;
            }

            int digits = FixedPoint.DigitsFor(largest, addends);
            double sum = Math.ScaleB((double)largest * addends, digits);
            Assert.InRange(sum, 1 << 29, 1L << 62);
            Assert.True(digits == FixedPoint.UsualDigits || sum >= 1L << 61, "another unit is one that uses all the room");
        },
        iter: 10_000);

    [Theory]
    [InlineData(0f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_has_no_size_changes_no_unit(float largest) => Assert.Equal(FixedPoint.UsualDigits, FixedPoint.DigitsFor(largest, 8));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_not_finite_is_the_largest_wherever_it_stands(float value)
    {
        for (int at = 0; at < 19; at++)
        {
            float[] values = new float[19];
            Array.Fill(values, float.MaxValue);
            values[at] = value;
            var format = new FixedPoint();
            _ = Sum(format, [values], isHalf: false, new long[19], add: false);
            Assert.False(float.IsFinite(format.Largest), $"{value} at {at} was not seen");
            format.Begin(0);
            Assert.Equal(0, format.Largest);
        }
    }

    private static long[] Sum(FixedPoint format, float[][] values, bool isHalf, long[] before, bool add)
    {
        long[] sums = [.. before];
        fixed (long* destination = sums)
        {
            var target = (nint)destination;
            if (isHalf)
            {
                ushort[][] halves = [.. values.Select(vector => vector.Select(value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)).ToArray())];
                Pinned.Use(halves, pointers => FixedPointKernels.Sum(format, ElementType.BFloat16, (void**)pointers, values.Length, (long*)target, before.Length, add));
            }
            else
            {
                Pinned.Use(values, pointers => FixedPointKernels.Sum(format, ElementType.Float32, (void**)pointers, values.Length, (long*)target, before.Length, add));
            }
        }

        return sums;
    }

    // Of very different sizes: some lose all their bits to rounding.
    private static float[] ValuesOf(int seed, int source, int count, bool isHalf, int power)
    {
        var random = new Random((seed * 31) + source);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            float value = (float)Math.ScaleB(random.NextDouble() - 0.5, power - random.Next(60));
            return isHalf ? BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xffff_0000) : value;
        })];
    }

    // By whole numbers of any length: value = mantissa · 2^exponent.
    private static long Rounded(float value, int digits)
    {
        if (value == 0)
        {
            return 0;
        }

        int exponent = Math.ILogB(value) - 30;
        BigInteger mantissa = new BigInteger(Math.ScaleB((double)value, -exponent)) << 200;
        int shift = 200 - exponent - digits;
        BigInteger unit = BigInteger.One << shift, floor = mantissa >> shift, rest = (mantissa - (floor * unit)) * 2;
        bool up = rest > unit || (rest == unit && !floor.IsEven);
        return (long)(up ? floor + 1 : floor);
    }
}
