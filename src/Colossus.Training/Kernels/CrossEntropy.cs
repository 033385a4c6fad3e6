using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>Cross-entropy of logits and next tokens, in nats.</summary>
internal static unsafe class CrossEntropy
{
    private const int Lanes = 16;
    private const int RowsPerBlock = 16;

    /// <summary>What the ranks that share a vocabulary tell each other of their logits.</summary>
    /// <param name="logits">[rows, ids of the share].</param>
    /// <param name="targets">Token ids; -1 leaves a row out.</param>
    /// <param name="statistics">[rows, 3], written: the highest logit, the sum of exponentials of logits less that one, and the target's logit or 0.</param>
    public static void Statistics<T>(T* logits, int* targets, float* statistics, int rows, VocabularyShare share)
        where T : unmanaged, IElement<T> => KernelThreads.For(Blocks(rows), new StatisticsBody<T>(logits, targets, statistics, rows, share));

    /// <summary>The loss of each row; logits become their own gradient where a scale is given.</summary>
    /// <param name="logits">[rows, ids of the share]; overwritten by (softmax - target) · scale, 0 for padding.</param>
    /// <param name="targets">Token ids; -1 leaves a row out (loss and gradient 0).</param>
    /// <param name="losses">[rows], written; not scaled.</param>
    /// <param name="scale">Factor on the gradient; null for none.</param>
    /// <param name="statistics">[ranks, rows, 3]: what all ranks that share a vocabulary told each other; losses have the same bits on all of them. Null where the share has all ids.</param>
    /// <param name="ranks">Their number.</param>
    public static void Losses<T>(T* logits, int* targets, float* losses, int rows, VocabularyShare share, float? scale, float* statistics = null, int ranks = 1)
        where T : unmanaged, IElement<T> => KernelThreads.For(Blocks(rows), new Body<T>(logits, targets, losses, rows, share, scale, statistics, ranks));

    private static int Blocks(int rows) => (rows + RowsPerBlock - 1) / RowsPerBlock;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Max, float Sum) SumOfExponentials<T>(T* line, int vocab)
        where T : unmanaged, IElement<T>
    {
        // A NaN may be passed over here: its exponential below is NaN whatever the maximum.
        var highest = Vector512.Create(float.NegativeInfinity);
        int i = 0;
        for (; i <= vocab - Lanes; i += Lanes)
        {
            highest = Vector512.MaxNative(highest, T.Load(line + i));
        }

        float max = float.NegativeInfinity;
        for (int lane = 0; lane < Lanes; lane++)
        {
            max = MathF.Max(max, highest[lane]);
        }

        for (; i < vocab; i++)
        {
            max = MathF.Max(max, T.ToFloat(line[i]));
        }

        var shift = Vector512.Create(max);
        var sums = Vector512<float>.Zero;
        for (i = 0; i <= vocab - Lanes; i += Lanes)
        {
            sums += VectorMath.Exp(T.Load(line + i) - shift);
        }

        float sum = Vector512.Sum(sums);
        for (; i < vocab; i++)
        {
            sum += MathF.Exp(T.ToFloat(line[i]) - max);
        }

        return (max, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax<T>(T* line, int vocab, float logSumExp, float scale)
        where T : unmanaged, IElement<T>
    {
        var shift = Vector512.Create(logSumExp);
        var factor = Vector512.Create(scale);
        int i = 0;
        for (; i <= vocab - Lanes; i += Lanes)
        {
            T.Store(line + i, VectorMath.Exp(T.Load(line + i) - shift) * factor);
        }

        for (; i < vocab; i++)
        {
            line[i] = T.FromFloat(MathF.Exp(T.ToFloat(line[i]) - logSumExp) * scale);
        }
    }

    private readonly struct StatisticsBody<T>(T* logits, int* targets, float* statistics, int rows, VocabularyShare share) : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly T* logits = logits;
        private readonly int* targets = targets;
        private readonly float* statistics = statistics;
        private readonly int rows = rows;
        private readonly VocabularyShare share = share;

        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                T* line = logits + ((long)row * share.Rows);
                int target = targets[row] - share.First;
                float* three = statistics + (3L * row);
                (three[0], three[1]) = SumOfExponentials(line, share.Real);
                three[2] = target >= 0 && target < share.Real ? T.ToFloat(line[target]) : 0;
            }
        }
    }

    private readonly struct Body<T>(T* logits, int* targets, float* losses, int rows, VocabularyShare share, float? scale, float* statistics, int ranks) : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly T* logits = logits;
        private readonly int* targets = targets;
        private readonly float* losses = losses;
        private readonly int rows = rows;
        private readonly VocabularyShare share = share;
        private readonly float? scale = scale;
        private readonly float* statistics = statistics;
        private readonly int ranks = ranks;

        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                losses[row] = Row(row);
            }
        }

        private float Row(int row)
        {
            T* line = logits + ((long)row * share.Rows);
            if (targets[row] < 0)
            {
                if (scale.HasValue)
                {
                    Flat.Zero(line, share.Rows);
                }

                return 0;
            }

            int target = targets[row] - share.First;
            (float logSumExp, float atTarget) = statistics is null ? Alone(line, target) : Combine(row);
            if (scale is { } factor)
            {
                Softmax(line, share.Real, logSumExp, factor);
                // Only where there is padding: a call that clears nothing costs up to a tenth of a row of 256 logits.
                if (share.Rows > share.Real)
                {
                    Flat.Zero(line + share.Real, share.Rows - share.Real);
                }

                if (target >= 0 && target < share.Real)
                {
                    line[target] = T.FromFloat((MathF.Exp(atTarget - logSumExp) - 1) * factor);
                }
            }

            return logSumExp - atTarget;
        }

        private (float LogSumExp, float AtTarget) Alone(T* line, int target)
        {
            (float max, float sum) = SumOfExponentials(line, share.Real);
            return (max + MathF.Log(sum), T.ToFloat(line[target]));
        }

        // In the order of ranks.
        private (float LogSumExp, float AtTarget) Combine(int row)
        {
            float max = float.NegativeInfinity, sum = 0, atTarget = 0;
            for (int rank = 0; rank < ranks; rank++)
            {
                max = MathF.Max(max, statistics[3 * (((long)rank * rows) + row)]);
            }

            for (int rank = 0; rank < ranks; rank++)
            {
                float* three = statistics + (3 * (((long)rank * rows) + row));
                sum += three[1] == 0 ? 0 : three[1] * MathF.Exp(three[0] - max);
                atTarget += three[2];
            }

            return (max + MathF.Log(sum), atTarget);
        }
    }
}
