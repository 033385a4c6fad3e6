using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>Loops over flat vectors.</summary>
internal static unsafe class Flat
{
    private const int Lanes = 16;
    private const long Block = 4096;

    /// <summary>target = source, in the target's format.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Convert<TSource, TTarget>(TSource* source, TTarget* target, long count)
        where TSource : unmanaged, IElement<TSource>
        where TTarget : unmanaged, IElement<TTarget>
    {
        long i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            TTarget.Store(target + i, TSource.Load(source + i));
        }

        for (; i < count; i++)
        {
            target[i] = TTarget.FromFloat(TSource.ToFloat(source[i]));
        }
    }

    /// <summary>sum += source, rounded to the format of the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<TSum, TSource>(TSum* sum, TSource* source, long count)
        where TSum : unmanaged, IElement<TSum>
        where TSource : unmanaged, IElement<TSource>
    {
        long i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            TSum.Store(sum + i, TSum.Load(sum + i) + TSource.Load(source + i));
        }

        for (; i < count; i++)
        {
            sum[i] = TSum.FromFloat(TSum.ToFloat(sum[i]) + TSource.ToFloat(source[i]));
        }
    }

    /// <summary>values *= factor, rounded to their format.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale<T>(T* values, long count, float factor)
        where T : unmanaged, IElement<T>
    {
        var factors = Vector512.Create(factor);
        long i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            T.Store(values + i, T.Load(values + i) * factors);
        }

        for (; i < count; i++)
        {
            values[i] = T.FromFloat(T.ToFloat(values[i]) * factor);
        }
    }

    /// <summary>target = 0.</summary>
    public static void Zero<T>(T* target, long count)
        where T : unmanaged => NativeMemory.Clear(target, (nuint)(count * sizeof(T)));

    /// <summary>Whether no value is NaN or infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool IsFinite(float* values, long count)
    {
        // Only finite numbers times zero are zero.
        long i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            if (!Vector512.EqualsAll(Vector512.Load(values + i) * Vector512<float>.Zero, Vector512<float>.Zero))
            {
                return false;
            }
        }

        for (; i < count; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Sum of squares: fp32 within blocks of 4096, double over blocks, in the order of the vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares(float* values, long count)
    {
        double total = 0;
        for (long start = 0; start < count; start += Block)
        {
            total += BlockSumOfSquares(values + start, Math.Min(Block, count - start));
        }

        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float BlockSumOfSquares(float* values, long count)
    {
        var sum = Vector512<float>.Zero;
        long i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            var value = Vector512.Load(values + i);
            sum = Vector512.FusedMultiplyAdd(value, value, sum);
        }

        float total = Vector512.Sum(sum);
        for (; i < count; i++)
        {
            total += values[i] * values[i];
        }

        return total;
    }
}
