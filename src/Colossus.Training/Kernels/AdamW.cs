using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>Summing gradients over ranks, and the update, each one pass over memory.</summary>
internal static unsafe class AdamW
{
    private const int Lanes = 16;

    // Small enough for the sums to be in the nearest cache when their squares are added.
    private const long Block = 4096;

    /// <summary>sum = Σ over ranks of (accumulator + gradient), in the order of ranks.</summary>
    /// <param name="gradients">One pointer a rank.</param>
    /// <param name="accumulators">One pointer a rank to earlier micro-batches' fp32 sums, or null.</param>
    /// <param name="sum">[count], written.</param>
    /// <returns>Sum of squares of the sums: fp32 in blocks of 4096, double over blocks.</returns>
    public static double ReduceRange<T>(T** gradients, float** accumulators, int ranks, float* sum, long count)
        where T : unmanaged, IElement<T>
    {
        int blocks = (int)((count + Block - 1) / Block);
        double[] squares = new double[blocks];
        KernelThreads.For(blocks, block =>
        {
            long start = block * Block;
            long length = Math.Min(Block, count - start);
            SumBlock(gradients, accumulators, ranks, sum, start, length);
            squares[block] = Flat.SumOfSquares(sum + start, length);
        });
        return squares.Sum();
    }

    /// <summary>One update of a range. In and out may be the same memory.</summary>
    /// <param name="sum">Summed gradients.</param>
    /// <param name="gradientScale">Factor on them.</param>
    /// <param name="masterIn">fp32 weights before.</param>
    /// <param name="firstIn">Mean before.</param>
    /// <param name="secondIn">Mean of squares before.</param>
    /// <param name="weights">Working copy, written.</param>
    public static void StepFromSum<TWeight>(
        float* sum,
        float gradientScale,
        float* masterIn,
        float* firstIn,
        float* secondIn,
        float* masterOut,
        float* firstOut,
        float* secondOut,
        TWeight* weights,
        long count,
        AdamWStep step)
        where TWeight : unmanaged, IElement<TWeight> => KernelThreads.For((int)((count + (16 * Block) - 1) / (16 * Block)), block =>
        {
            long start = block * 16 * Block;
            long length = Math.Min(16 * Block, count - start);
            UpdateRange(
                sum + start,
                gradientScale,
                masterIn + start,
                firstIn + start,
                secondIn + start,
                masterOut + start,
                firstOut + start,
                secondOut + start,
                weights + start,
                length,
                step);
        });

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumBlock<T>(T** gradients, float** accumulators, int ranks, float* sum, long start, long count)
        where T : unmanaged, IElement<T>
    {
        long i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            var total = Vector512<float>.Zero;
            for (int rank = 0; rank < ranks; rank++)
            {
                var value = T.Load(gradients[rank] + start + i);
                total += accumulators is null ? value : value + Vector512.Load(accumulators[rank] + start + i);
            }

            total.Store(sum + start + i);
        }

        for (; i < count; i++)
        {
            float total = 0;
            for (int rank = 0; rank < ranks; rank++)
            {
                float value = T.ToFloat(gradients[rank][start + i]);
                total += accumulators is null ? value : value + accumulators[rank][start + i];
            }

            sum[start + i] = total;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UpdateRange<TWeight>(
        float* sum,
        float scale,
        float* masterIn,
        float* firstIn,
        float* secondIn,
        float* masterOut,
        float* firstOut,
        float* secondOut,
        TWeight* weights,
        long count,
        AdamWStep step)
        where TWeight : unmanaged, IElement<TWeight>
    {
        long i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            Update(sum + i, scale, masterIn + i, firstIn + i, secondIn + i, masterOut + i, firstOut + i, secondOut + i, weights + i, step);
        }

        for (; i < count; i++)
        {
            UpdateOne(sum + i, scale, masterIn + i, firstIn + i, secondIn + i, masterOut + i, firstOut + i, secondOut + i, weights + i, step);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Update<TWeight>(
        float* sum, float scale, float* masterIn, float* firstIn, float* secondIn, float* masterOut, float* firstOut, float* secondOut, TWeight* weights, AdamWStep step)
        where TWeight : unmanaged, IElement<TWeight>
    {
        var gradient = Vector512.Load(sum) * Vector512.Create(scale);
        var first = Vector512.FusedMultiplyAdd(
            Vector512.Load(firstIn), Vector512.Create(step.Beta1), gradient * Vector512.Create(1 - step.Beta1));
        var second = Vector512.FusedMultiplyAdd(
            Vector512.Load(secondIn), Vector512.Create(step.Beta2), gradient * gradient * Vector512.Create(1 - step.Beta2));
        var root = Vector512.Sqrt(second * Vector512.Create(1 / step.Correction2)) + Vector512.Create(step.Epsilon);
        var master = Vector512.Load(masterIn);
        master -= master * Vector512.Create(step.Rate * step.Decay);
        master -= first * Vector512.Create(step.Rate / step.Correction1) / root;
        first.Store(firstOut);
        second.Store(secondOut);
        master.Store(masterOut);
        TWeight.Store(weights, master);
    }

    private static void UpdateOne<TWeight>(
        float* sum, float scale, float* masterIn, float* firstIn, float* secondIn, float* masterOut, float* firstOut, float* secondOut, TWeight* weights, AdamWStep step)
        where TWeight : unmanaged, IElement<TWeight>
    {
        float gradient = *sum * scale;
        float first = MathF.FusedMultiplyAdd(*firstIn, step.Beta1, gradient * (1 - step.Beta1));
        float second = MathF.FusedMultiplyAdd(*secondIn, step.Beta2, gradient * gradient * (1 - step.Beta2));
        float root = MathF.Sqrt(second * (1 / step.Correction2)) + step.Epsilon;
        float master = *masterIn;
        master -= master * (step.Rate * step.Decay);
        master -= first * (step.Rate / step.Correction1) / root;
        *firstOut = first;
        *secondOut = second;
        *masterOut = master;
        *weights = TWeight.FromFloat(master);
    }
}
