using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Collectives;

/// <summary>Sums of several vectors, element by element, in <see cref="FixedPoint"/>. The result does not depend on the order of the vectors, nor on which of them were summed before.</summary>
public static unsafe class FixedPointKernels
{
    private const int Block = 1024;
    private const int Lanes = 8;

    // 1.5 · 2⁵²: what is added to it is rounded to an integer, ties to even, which its lower bits then are. Processors before AVX-512 have no other way from double to 64-bit integers at speed.
    private const double Rounder = 6755399441055744;
    private const double High = 1L << 32;
    private const int HighBits = 32;
    private const uint Magnitude = 0x7fff_ffff;

    /// <summary>Writes the sum of <paramref name="sources"/> to <paramref name="destination"/>, which may be one of them if they are integers.</summary>
    /// <param name="format">The unit; takes note of the numbers that were rounded to it.</param>
    /// <param name="type">Format of the sources: floats are rounded, integers are numbers in <paramref name="format"/> already.</param>
    /// <param name="sources">Pointers to <paramref name="count"/> elements each.</param>
    /// <param name="sourceCount">Number of sources, 1 or more.</param>
    /// <param name="destination">Receives <paramref name="count"/> integers.</param>
    /// <param name="count">Number of elements, 0 or more.</param>
    /// <param name="add">Whether the sum is added to what is there.</param>
    public static void Sum(FixedPoint format, ElementType type, void** sources, int sourceCount, long* destination, long count, bool add)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentOutOfRangeException.ThrowIfLessThan(sourceCount, 1);
        double scale = Math.ScaleB(1, format.Digits);
        long* sums = stackalloc long[Block];
        for (long first = 0; first < count; first += Block)
        {
            int part = (int)Math.Min(Block, count - first);
            var block = new Span<long>(sums, part);
            var target = new Span<long>(destination + first, part);
            if (add)
            {
                target.CopyTo(block);
            }
            else
            {
                block.Clear();
            }

            for (int source = 0; source < sourceCount; source++)
            {
                byte* from = (byte*)sources[source] + (first * SumKernels.BytesOf(type));
                switch (type)
                {
                    case ElementType.Int64:
                        Add((long*)from, sums, part);
                        break;
                    case ElementType.BFloat16:
                        format.See(Add<SumKernels.BFloat16>(from, sums, part, scale));
                        break;
                    default:
                        format.See(Add<SumKernels.Float32>(from, sums, part, scale));
                        break;
                }
            }

            block.CopyTo(target);
        }
    }

    /// <summary>Numbers in <paramref name="format"/> as 32-bit floats.</summary>
    /// <param name="format">The unit.</param>
    /// <param name="source">The numbers.</param>
    /// <param name="destination">Receives <paramref name="count"/> floats.</param>
    /// <param name="count">Number of elements, 0 or more.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToFloats(FixedPoint format, long* source, float* destination, long count)
    {
        ArgumentNullException.ThrowIfNull(format);
        double unit = Math.ScaleB(1, -format.Digits);
        long i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            Vector256<double> low = Vector256.ConvertToDouble(Vector256.Load(source + i)) * unit;
            Vector256<double> high = Vector256.ConvertToDouble(Vector256.Load(source + i + (Lanes / 2))) * unit;
            Vector256.Narrow(low, high).Store(destination + i);
        }

        for (; i < count; i++)
        {
            destination[i] = (float)(source[i] * unit);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(long* source, long* sums, int count)
    {
        int i = 0;
        for (; i <= count - (Lanes / 2); i += Lanes / 2)
        {
            (Vector256.Load(sums + i) + Vector256.Load(source + i)).Store(sums + i);
        }

        for (; i < count; i++)
        {
            sums[i] += source[i];
        }
    }

    // Answers the bits of the largest magnitude.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Add<T>(byte* source, long* sums, int count, double scale)
        where T : SumKernels.IFormat
    {
        Vector256<uint> seen = default;
        int i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            Vector256<float> values = T.Load(source, i);
            seen = Vector256.Max(seen, values.AsUInt32() & Vector256.Create(Magnitude));
            (Vector256.Load(sums + i) + Rounded(Vector256.WidenLower(values) * scale)).Store(sums + i);
            (Vector256.Load(sums + i + (Lanes / 2)) + Rounded(Vector256.WidenUpper(values) * scale)).Store(sums + i + (Lanes / 2));
        }

        uint largest = 0;
        for (int lane = 0; lane < Lanes; lane++)
        {
            largest = Math.Max(largest, seen[lane]);
        }

        for (; i < count; i++)
        {
            float value = T.LoadOne(source, i);
            largest = Math.Max(largest, BitConverter.SingleToUInt32Bits(value) & Magnitude);
            sums[i] += Rounded(Vector256.CreateScalar(value * scale)).ToScalar();
        }

        return largest;
    }

    // In two halves: each is small enough for the rounder. What is out of range becomes something, of which the largest magnitude tells.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Rounded(Vector256<double> values)
    {
        var rounder = Vector256.Create(Rounder);
        Vector256<double> high = (values * (1 / High)) + rounder;
        Vector256<double> low = values - ((high - rounder) * High) + rounder;
        return Vector256.ShiftLeft(high.AsInt64() - rounder.AsInt64(), HighBits) + (low.AsInt64() - rounder.AsInt64());
    }
}
