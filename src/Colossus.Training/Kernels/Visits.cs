using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>Rows of tokens on their way to experts and back, and the gradients of both ways. A place of -1 is a visit without a row.</summary>
internal static unsafe class Visits
{
    private const int Lanes = 16;
    private const int RowsPerBlock = 32;

    /// <summary>rows[i] = input[sources[i]].</summary>
    /// <param name="input">[tokens, width].</param>
    /// <param name="sources">[rows].</param>
    /// <param name="rows">[rows, width], written.</param>
    /// <param name="tokens">Tokens.</param>
    /// <param name="count">Rows.</param>
    /// <param name="width">Elements of a row.</param>
    public static void Dispatch<T>(T* input, int* sources, T* rows, int tokens, int count, int width)
        where T : unmanaged, IElement<T> => Embedding.Gather(input, sources, rows, count, width, VocabularyShare.Whole(tokens));

    /// <summary>sums[token] = Σ weight · row over the visits of a token, or what is there plus that; rounded once.</summary>
    /// <param name="rows">[visits, width].</param>
    /// <param name="places">[tokens, active].</param>
    /// <param name="weights">[tokens, active]; null for 1.</param>
    /// <param name="sums">[tokens, width].</param>
    /// <param name="adds">Whether to add to what is there.</param>
    public static void Sum<T>(T* rows, int* places, float* weights, T* sums, bool adds, int tokens, int active, int width)
        where T : unmanaged, IElement<T> => KernelThreads.For(Blocks(tokens), new SumBody<T>(rows, places, weights, sums, adds, tokens, active, width));

    /// <summary>Gradients of a weighted sum.</summary>
    /// <param name="dSums">[tokens, width].</param>
    /// <param name="rows">[visits, width].</param>
    /// <param name="places">[tokens, active].</param>
    /// <param name="weights">[tokens, active].</param>
    /// <param name="dRows">[visits, width], written.</param>
    /// <param name="dWeights">[tokens, active], written.</param>
    public static void SumGradient<T>(T* dSums, T* rows, int* places, float* weights, T* dRows, float* dWeights, int tokens, int active, int width)
        where T : unmanaged, IElement<T> =>
        KernelThreads.For(Blocks(tokens), new GradientBody<T>(dSums, rows, places, weights, dRows, dWeights, tokens, active, width));

    private static int Blocks(int rows) => (rows + RowsPerBlock - 1) / RowsPerBlock;

    private readonly struct SumBody<T>(T* rows, int* places, float* weights, T* sums, bool adds, int tokens, int active, int width) : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly T* rows = rows;
        private readonly int* places = places;
        private readonly float* weights = weights;
        private readonly T* sums = sums;
        private readonly bool adds = adds;
        private readonly int tokens = tokens;
        private readonly int active = active;
        private readonly int width = width;

        public void Run(int item)
        {
            int end = Math.Min(tokens, (item + 1) * RowsPerBlock);
            for (int token = item * RowsPerBlock; token < end; token++)
            {
                Row(places + ((long)token * active), weights is null ? null : weights + ((long)token * active), sums + ((long)token * width));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Row(int* place, float* weight, T* target)
        {
            int i = 0;
            for (; i <= width - Lanes; i += Lanes)
            {
                var sum = adds ? T.Load(target + i) : Vector512<float>.Zero;
                for (int k = 0; k < active; k++)
                {
                    if (place[k] >= 0)
                    {
                        sum = Vector512.FusedMultiplyAdd(Vector512.Create(weight is null ? 1 : weight[k]), T.Load(rows + ((long)place[k] * width) + i), sum);
                    }
                }

                T.Store(target + i, sum);
            }

            for (; i < width; i++)
            {
                float sum = adds ? T.ToFloat(target[i]) : 0;
                for (int k = 0; k < active; k++)
                {
                    if (place[k] >= 0)
                    {
                        sum = MathF.FusedMultiplyAdd(weight is null ? 1 : weight[k], T.ToFloat(rows[((long)place[k] * width) + i]), sum);
                    }
                }

                target[i] = T.FromFloat(sum);
            }
        }
    }

    private readonly struct GradientBody<T>(T* dSums, T* rows, int* places, float* weights, T* dRows, float* dWeights, int tokens, int active, int width) : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly T* dSums = dSums;
        private readonly T* rows = rows;
        private readonly int* places = places;
        private readonly float* weights = weights;
        private readonly T* dRows = dRows;
        private readonly float* dWeights = dWeights;
        private readonly int tokens = tokens;
        private readonly int active = active;
        private readonly int width = width;

        public void Run(int item)
        {
            long end = Math.Min(tokens, (item + 1L) * RowsPerBlock) * active;
            for (long visit = (long)item * RowsPerBlock * active; visit < end; visit++)
            {
                long place = places[visit] * (long)width;
                dWeights[visit] = place < 0 ? 0 : Row(dSums + (visit / active * width), rows + place, weights[visit], dRows + place);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private float Row(T* dSum, T* row, float weight, T* dRow)
        {
            var factor = Vector512.Create(weight);
            var products = Vector512<float>.Zero;
            int i = 0;
            for (; i <= width - Lanes; i += Lanes)
            {
                var gradient = T.Load(dSum + i);
                products = Vector512.FusedMultiplyAdd(gradient, T.Load(row + i), products);
                T.Store(dRow + i, gradient * factor);
            }

            float sum = Vector512.Sum(products);
            for (; i < width; i++)
            {
                float gradient = T.ToFloat(dSum[i]);
                sum = MathF.FusedMultiplyAdd(gradient, T.ToFloat(row[i]), sum);
                dRow[i] = T.FromFloat(gradient * weight);
            }

            return sum;
        }
    }
}
