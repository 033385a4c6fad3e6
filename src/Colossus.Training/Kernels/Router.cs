using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>The product that gives a router's logits, and its gradients: 32 bits throughout, whatever its operands are stored in. It is narrow, one column an expert.</summary>
internal static unsafe class Router
{
    private const int Lanes = 16;
    private const int RowsPerBlock = 32;

    // Columns of the weight's gradient that stay in registers over all rows.
    private const int ColumnsPerBlock = 4 * Lanes;

    /// <summary>logits = input · Wᵀ.</summary>
    /// <param name="input">[rows, hidden].</param>
    /// <param name="weight">[experts, hidden].</param>
    /// <param name="logits">[rows, experts], written.</param>
    public static void Logits<T, TWeight>(T* input, TWeight* weight, float* logits, int rows, int hidden, int experts)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight> =>
        KernelThreads.For(Blocks(rows, RowsPerBlock), new LogitsBody<T, TWeight>(input, weight, logits, rows, hidden, experts));

    /// <summary>dInput = dLogits · W, or dInput plus that.</summary>
    /// <param name="dLogits">[rows, experts].</param>
    /// <param name="weight">[experts, hidden].</param>
    /// <param name="dInput">[rows, hidden].</param>
    /// <param name="accumulate">Whether to add to <paramref name="dInput"/>.</param>
    public static void InputGradient<T, TWeight>(float* dLogits, TWeight* weight, T* dInput, bool accumulate, int rows, int hidden, int experts)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight> =>
        KernelThreads.For(Blocks(rows, RowsPerBlock), new InputBody<T, TWeight>(dLogits, weight, dInput, accumulate, rows, hidden, experts));

    /// <summary>dWeight = dLogitsᵀ · input; rows are added in their order.</summary>
    /// <param name="dLogits">[rows, experts].</param>
    /// <param name="input">[rows, hidden].</param>
    /// <param name="dWeight">[experts, hidden], written.</param>
    public static void WeightGradient<T>(float* dLogits, T* input, float* dWeight, int rows, int hidden, int experts)
        where T : unmanaged, IElement<T> =>
        KernelThreads.For(experts * Blocks(hidden, ColumnsPerBlock), new WeightBody<T>(dLogits, input, dWeight, rows, hidden, experts));

    private static int Blocks(int items, int size) => (items + size - 1) / size;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot<T, TWeight>(T* x, TWeight* w, int count)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
    {
        var (even, odd) = (Vector512<float>.Zero, Vector512<float>.Zero);
        int i = 0;
        for (; i <= count - (2 * Lanes); i += 2 * Lanes)
        {
            even = Vector512.FusedMultiplyAdd(T.Load(x + i), TWeight.Load(w + i), even);
            odd = Vector512.FusedMultiplyAdd(T.Load(x + i + Lanes), TWeight.Load(w + i + Lanes), odd);
        }

        float sum = Vector512.Sum(even + odd);
        for (; i < count; i++)
        {
            sum = MathF.FusedMultiplyAdd(T.ToFloat(x[i]), TWeight.ToFloat(w[i]), sum);
        }

        return sum;
    }

    private readonly struct LogitsBody<T, TWeight>(T* input, TWeight* weight, float* logits, int rows, int hidden, int experts) : IKernelBody
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
    {
        private readonly T* input = input;
        private readonly TWeight* weight = weight;
        private readonly float* logits = logits;
        private readonly int rows = rows;
        private readonly int hidden = hidden;
        private readonly int experts = experts;

        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                for (int expert = 0; expert < experts; expert++)
                {
                    logits[((long)row * experts) + expert] = Dot(input + ((long)row * hidden), weight + ((long)expert * hidden), hidden);
                }
            }
        }
    }

    private readonly struct InputBody<T, TWeight>(float* dLogits, TWeight* weight, T* dInput, bool accumulate, int rows, int hidden, int experts) : IKernelBody
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
    {
        private readonly float* dLogits = dLogits;
        private readonly TWeight* weight = weight;
        private readonly T* dInput = dInput;
        private readonly bool accumulate = accumulate;
        private readonly int rows = rows;
        private readonly int hidden = hidden;
        private readonly int experts = experts;

        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                Row(dLogits + ((long)row * experts), dInput + ((long)row * hidden));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Row(float* gradients, T* target)
        {
            int i = 0;
            for (; i <= hidden - Lanes; i += Lanes)
            {
                var sum = accumulate ? T.Load(target + i) : Vector512<float>.Zero;
                for (int expert = 0; expert < experts; expert++)
                {
                    sum = Vector512.FusedMultiplyAdd(Vector512.Create(gradients[expert]), TWeight.Load(weight + ((long)expert * hidden) + i), sum);
                }

                T.Store(target + i, sum);
            }

            for (; i < hidden; i++)
            {
                float sum = accumulate ? T.ToFloat(target[i]) : 0;
                for (int expert = 0; expert < experts; expert++)
                {
                    sum = MathF.FusedMultiplyAdd(gradients[expert], TWeight.ToFloat(weight[((long)expert * hidden) + i]), sum);
                }

                target[i] = T.FromFloat(sum);
            }
        }
    }

    private readonly struct WeightBody<T>(float* dLogits, T* input, float* dWeight, int rows, int hidden, int experts) : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly float* dLogits = dLogits;
        private readonly T* input = input;
        private readonly float* dWeight = dWeight;
        private readonly int rows = rows;
        private readonly int hidden = hidden;
        private readonly int experts = experts;

        public void Run(int item)
        {
            int expert = item % experts;
            int start = item / experts * ColumnsPerBlock;
            float* target = dWeight + ((long)expert * hidden) + start;
            if (hidden - start >= ColumnsPerBlock)
            {
                Columns(dLogits + expert, input + start, target);
                return;
            }

            for (int column = 0; column < hidden - start; column++)
            {
                float sum = 0;
                for (int row = 0; row < rows; row++)
                {
                    sum = MathF.FusedMultiplyAdd(dLogits[((long)row * experts) + expert], T.ToFloat(input[((long)row * hidden) + start + column]), sum);
                }

                target[column] = sum;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Columns(float* gradient, T* source, float* target)
        {
            var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
            for (int row = 0; row < rows; row++)
            {
                var factor = Vector512.Create(gradient[(long)row * experts]);
                T* x = source + ((long)row * hidden);
                a = Vector512.FusedMultiplyAdd(factor, T.Load(x), a);
                b = Vector512.FusedMultiplyAdd(factor, T.Load(x + Lanes), b);
                c = Vector512.FusedMultiplyAdd(factor, T.Load(x + (2 * Lanes)), c);
                d = Vector512.FusedMultiplyAdd(factor, T.Load(x + (3 * Lanes)), d);
            }

            a.Store(target);
            b.Store(target + Lanes);
            c.Store(target + (2 * Lanes));
            d.Store(target + (3 * Lanes));
        }
    }
}
