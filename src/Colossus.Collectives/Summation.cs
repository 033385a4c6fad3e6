using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Collectives;

/// <summary>Sums over ranks: in fp32, in the order of ranks, rounded once to the element type.</summary>
internal static unsafe class Summation
{
    private const int Lanes = 16;

    /// <summary>Writes the sum of the sources to all targets; targets may be the sources.</summary>
    /// <param name="sources">One pointer a rank.</param>
    /// <param name="targets">Where the sum goes.</param>
    /// <param name="count">Elements.</param>
    /// <param name="type">Their type.</param>
    /// <param name="scale">Factor on the sum, before it is rounded.</param>
    public static void Run(byte** sources, int sourceCount, byte** targets, int targetCount, long count, ElementType type, float scale)
    {
        if (type == ElementType.Float32)
        {
            SumFloats((float**)sources, sourceCount, (float**)targets, targetCount, count, scale);
        }
        else
        {
            SumBfloats((ushort**)sources, sourceCount, (ushort**)targets, targetCount, count, scale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumFloats(float** sources, int sourceCount, float** targets, int targetCount, long count, float scale)
    {
        var factor = Vector512.Create(scale);
        long i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            var sum = Vector512.Load(sources[0] + i);
            for (int source = 1; source < sourceCount; source++)
            {
                sum += Vector512.Load(sources[source] + i);
            }

            sum *= factor;
            for (int target = 0; target < targetCount; target++)
            {
                sum.Store(targets[target] + i);
            }
        }

        for (; i < count; i++)
        {
            float sum = sources[0][i];
            for (int source = 1; source < sourceCount; source++)
            {
                sum += sources[source][i];
            }

            for (int target = 0; target < targetCount; target++)
            {
                targets[target][i] = sum * scale;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumBfloats(ushort** sources, int sourceCount, ushort** targets, int targetCount, long count, float scale)
    {
        var factor = Vector512.Create(scale);
        long i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            var sum = Load(sources[0] + i);
            for (int source = 1; source < sourceCount; source++)
            {
                sum += Load(sources[source] + i);
            }

            var rounded = Round(sum * factor);
            for (int target = 0; target < targetCount; target++)
            {
                rounded.Store(targets[target] + i);
            }
        }

        for (; i < count; i++)
        {
            float sum = Load(sources[0][i]);
            for (int source = 1; source < sourceCount; source++)
            {
                sum += Load(sources[source][i]);
            }

            ushort rounded = Round(Vector512.Create(sum * scale))[0];
            for (int target = 0; target < targetCount; target++)
            {
                targets[target][i] = rounded;
            }
        }
    }

    private static float Load(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(ushort* source)
    {
        var (lower, upper) = Vector256.Widen(Vector256.Load(source));
        return Vector512.ShiftLeft(Vector512.Create(lower, upper), 16).AsSingle();
    }

    // To nearest, ties to even; NaN stays NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Round(Vector512<float> values)
    {
        var raw = values.AsUInt32();
        var nearest = raw + Vector512.Create(0x7fffu) + (Vector512.ShiftRightLogical(raw, 16) & Vector512.Create(1u));
        var kept = Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), nearest, raw | Vector512.Create(0x00400000u));
        var upper = Vector512.ShiftRightLogical(kept, 16);
        return Vector256.Narrow(upper.GetLower(), upper.GetUpper());
    }
}
