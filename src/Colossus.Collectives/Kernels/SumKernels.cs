using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Collectives;

/// <summary>
/// Sums over ranks, element by element, always in the order of the pointers given: ((x0 + x1) + x2) + … in 32 bits, then one product with the scale,
/// then, for bfloat16, one rounding. The result therefore depends on nothing but the inputs: not on alignment, length, vector width or who computes which part.
/// </summary>
public static unsafe class SumKernels
{
    private const int Lanes = 16;

    /// <summary>Writes the scaled sum of <paramref name="sources"/> to each of <paramref name="destinations"/>, which may be the sources themselves.</summary>
    /// <param name="type">Format of the elements.</param>
    /// <param name="sources">Pointers to <paramref name="count"/> elements each.</param>
    /// <param name="sourceCount">Number of sources, 1 or more.</param>
    /// <param name="destinations">Pointers to <paramref name="count"/> elements each.</param>
    /// <param name="destinationCount">Number of destinations, 1 or more.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="scale">Factor applied once to each sum: 1 for the sum, 1 / ranks for the mean.</param>
    public static void Sum(ElementType type, void** sources, int sourceCount, void** destinations, int destinationCount, long count, float scale)
    {
        if (type == ElementType.Float32)
        {
            Sum((float**)sources, sourceCount, (float**)destinations, destinationCount, count, scale);
        }
        else
        {
            Sum((ushort**)sources, sourceCount, (ushort**)destinations, destinationCount, count, scale);
        }
    }

    /// <summary>Bytes of an element.</summary>
    /// <param name="type">Format of the element.</param>
    public static int BytesOf(ElementType type) => type == ElementType.Float32 ? 4 : 2;

    /// <summary>The value of a bfloat16.</summary>
    /// <param name="bits">Its 16 bits.</param>
    public static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>The nearest bfloat16, ties to even; NaN stays NaN.</summary>
    /// <param name="value">Any value.</param>
    public static ushort Narrow(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((float.IsNaN(value) ? bits | 0x400000 : bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    // Plain stores: those past the caches took half as long again, for the lines have just been read. Prefetching by hand gained 4 % and was left out.
    // Optimized at once: the first call of a run is already long, and on-stack replacement would come late.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(float** sources, int sourceCount, float** destinations, int destinationCount, long count, float scale)
    {
        long i = 0;
        Vector512<float> factor = Vector512.Create(scale);
        for (; i <= count - (4 * Lanes); i += 4 * Lanes)
        {
            float* s = sources[0] + i;
            Vector512<float> a = Vector512.Load(s), b = Vector512.Load(s + Lanes), c = Vector512.Load(s + (2 * Lanes)), d = Vector512.Load(s + (3 * Lanes));
            for (int r = 1; r < sourceCount; r++)
            {
                s = sources[r] + i;
                a += Vector512.Load(s);
                b += Vector512.Load(s + Lanes);
                c += Vector512.Load(s + (2 * Lanes));
                d += Vector512.Load(s + (3 * Lanes));
            }

            a *= factor;
            b *= factor;
            c *= factor;
            d *= factor;
            for (int r = 0; r < destinationCount; r++)
            {
                float* t = destinations[r] + i;
                a.Store(t);
                b.Store(t + Lanes);
                c.Store(t + (2 * Lanes));
                d.Store(t + (3 * Lanes));
            }
        }

        for (; i < count; i++)
        {
            float sum = sources[0][i];
            for (int r = 1; r < sourceCount; r++)
            {
                sum += sources[r][i];
            }

            sum *= scale;
            for (int r = 0; r < destinationCount; r++)
            {
                destinations[r][i] = sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(ushort** sources, int sourceCount, ushort** destinations, int destinationCount, long count, float scale)
    {
        long i = 0;
        Vector512<float> factor = Vector512.Create(scale);
        for (; i <= count - (4 * Lanes); i += 4 * Lanes)
        {
            ushort* s = sources[0] + i;
            Vector512<ushort> v = Vector512.Load(s), w = Vector512.Load(s + (2 * Lanes));
            Vector512<float> a = WidenLower(v), b = WidenUpper(v), c = WidenLower(w), d = WidenUpper(w);
            for (int r = 1; r < sourceCount; r++)
            {
                s = sources[r] + i;
                v = Vector512.Load(s);
                w = Vector512.Load(s + (2 * Lanes));
                a += WidenLower(v);
                b += WidenUpper(v);
                c += WidenLower(w);
                d += WidenUpper(w);
            }

            v = Vector512.Narrow(Round(a * factor), Round(b * factor));
            w = Vector512.Narrow(Round(c * factor), Round(d * factor));
            for (int r = 0; r < destinationCount; r++)
            {
                ushort* t = destinations[r] + i;
                v.Store(t);
                w.Store(t + (2 * Lanes));
            }
        }

        for (; i < count; i++)
        {
            float sum = Widen(sources[0][i]);
            for (int r = 1; r < sourceCount; r++)
            {
                sum += Widen(sources[r][i]);
            }

            ushort rounded = Narrow(sum * scale);
            for (int r = 0; r < destinationCount; r++)
            {
                destinations[r][i] = rounded;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> WidenLower(Vector512<ushort> bits) => Vector512.ShiftLeft(Vector512.WidenLower(bits), 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> WidenUpper(Vector512<ushort> bits) => Vector512.ShiftLeft(Vector512.WidenUpper(bits), 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Round(Vector512<float> value)
    {
        Vector512<uint> bits = value.AsUInt32();
        Vector512<uint> odd = Vector512.ShiftRightLogical(bits, 16) & Vector512<uint>.One;
        Vector512<uint> rounded = bits + Vector512.Create(0x7FFFu) + odd;
        Vector512<uint> number = Vector512.Equals(value, value).AsUInt32();
        return Vector512.ShiftRightLogical(Vector512.ConditionalSelect(number, rounded, bits | Vector512.Create(0x400000u)), 16);
    }
}
