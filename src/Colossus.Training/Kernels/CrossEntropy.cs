using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>Cross-entropy of logits and next tokens, in nats.</summary>
internal static unsafe class CrossEntropy
{
    private const int Lanes = 16;
    private const int RowsPerBlock = 16;

    /// <summary>The loss of each row.</summary>
    /// <param name="logits">[rows, vocab].</param>
    /// <param name="targets">Token ids; -1 leaves a row out (loss 0).</param>
    /// <param name="losses">[rows], written.</param>
    public static void ForwardOnly<T>(T* logits, int* targets, float* losses, int rows, int vocab)
        where T : unmanaged, IElement<T> => KernelThreads.For(Blocks(rows), new Body<T>(logits, targets, losses, rows, vocab, null));

    /// <summary>The loss of each row; logits become their own gradient.</summary>
    /// <param name="logits">[rows, vocab]; overwritten by (softmax - target) · scale.</param>
    /// <param name="targets">Token ids; -1 leaves a row out (loss and gradient 0).</param>
    /// <param name="losses">[rows], written; not scaled.</param>
    /// <param name="scale">Factor on the gradient.</param>
    public static void ForwardBackward<T>(T* logits, int* targets, float* losses, int rows, int vocab, float scale)
        where T : unmanaged, IElement<T> => KernelThreads.For(Blocks(rows), new Body<T>(logits, targets, losses, rows, vocab, scale));

    /// <summary>What the ranks that share a vocabulary tell each other of their logits.</summary>
    /// <param name="logits">[rows, ids of the share].</param>
    /// <param name="targets">Token ids; -1 leaves a row out.</param>
    /// <param name="statistics">[rows, 3], written: the highest logit, the sum of exponentials of logits less that one, and the target's logit or 0.</param>
    public static void Statistics<T>(T* logits, int* targets, float* statistics, int rows, VocabularyShare share)
        where T : unmanaged, IElement<T> => KernelThreads.For(Blocks(rows), new StatisticsBody<T>(logits, targets, statistics, rows, share));

    /// <summary>The loss of each row, from the statistics of all ranks that share a vocabulary; the same bits on all of them. Logits become their own gradient where a scale is given.</summary>
    /// <param name="logits">[rows, ids of the share]; overwritten by (softmax - target) · scale, 0 for padding.</param>
    /// <param name="targets">Token ids; -1 leaves a row out (loss and gradient 0).</param>
    /// <param name="losses">[rows], written; not scaled.</param>
    /// <param name="statistics">[ranks, rows, 3].</param>
    /// <param name="scale">Factor on the gradient; null for none.</param>
    public static void Shared<T>(T* logits, int* targets, float* losses, int rows, VocabularyShare share, float* statistics, int ranks, float? scale)
        where T : unmanaged, IElement<T> => KernelThreads.For(Blocks(rows), new SharedBody<T>(logits, targets, losses, rows, share, statistics, ranks, scale));

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

    private readonly struct Body<T>(T* logits, int* targets, float* losses, int rows, int vocab, float? scale) : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly T* logits = logits;
        private readonly int* targets = targets;
        private readonly float* losses = losses;
        private readonly int rows = rows;
        private readonly int vocab = vocab;
        private readonly float? scale = scale;

        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                T* line = logits + ((long)row * vocab);
                losses[row] = Row(line, targets[row]);
            }
        }

        private float Row(T* line, int target)
        {
            if (target < 0)
            {
                if (scale.HasValue)
                {
                    Flat.Zero(line, vocab);
                }

                return 0;
            }

            (float max, float sum) = SumOfExponentials(line, vocab);
            float logSumExp = max + MathF.Log(sum);
            float atTarget = T.ToFloat(line[target]);
            if (scale is { } factor)
            {
                Softmax(line, vocab, logSumExp, factor);
                line[target] = T.FromFloat((MathF.Exp(atTarget - logSumExp) - 1) * factor);
            }

            return logSumExp - atTarget;
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

    private readonly struct SharedBody<T>(T* logits, int* targets, float* losses, int rows, VocabularyShare share, float* statistics, int ranks, float? scale) : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly T* logits = logits;
        private readonly int* targets = targets;
        private readonly float* losses = losses;
        private readonly int rows = rows;
        private readonly VocabularyShare share = share;
        private readonly float* statistics = statistics;
        private readonly int ranks = ranks;
        private readonly float? scale = scale;

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

            (float logSumExp, float atTarget) = Combine(row);
            if (scale is { } factor)
            {
                Softmax(line, share.Real, logSumExp, factor);
                Flat.Zero(line + share.Real, share.Rows - share.Real);
                int target = targets[row] - share.First;
                if (target >= 0 && target < share.Real)
                {
                    line[target] = T.FromFloat((MathF.Exp(atTarget - logSumExp) - 1) * factor);
                }
            }

            return logSumExp - atTarget;
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
