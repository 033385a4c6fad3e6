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

    private static int Blocks(int rows) => (rows + RowsPerBlock - 1) / RowsPerBlock;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float LogSumExp<T>(T* line, int vocab)
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

        return max + MathF.Log(sum);
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

            float logSumExp = LogSumExp(line, vocab);
            float atTarget = T.ToFloat(line[target]);
            if (scale is { } factor)
            {
                Softmax(line, vocab, logSumExp, factor);
                line[target] = T.FromFloat((MathF.Exp(atTarget - logSumExp) - 1) * factor);
            }

            return logSumExp - atTarget;
        }
    }
}
