using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>
/// Causal grouped-query attention, softmax(q kᵀ / √d) v, over blocks of 32 queries (after arXiv 2205.14135: scores never leave the cache, the backward pass makes them again
/// from the log-sum-exp of each row). Keys behind the diagonal block are never touched.
/// </summary>
/// <remarks>
/// Shapes: qkv is [batch · sequence, (heads + 2 kvHeads) · headWidth] with query heads, then key heads, then value heads. Products run in fp32 whatever the storage format.
/// Sequence and head width are padded to 32 in the packed copies; padding is zero. Work is cut by (batch, key head), so results do not depend on threads.
/// </remarks>
internal static unsafe class Attention
{
    private const int Block = 32;
    private const int Lanes = 16;

    /// <summary>The forward pass.</summary>
    /// <param name="qkv">Queries, keys (both turned by their positions) and values.</param>
    /// <param name="output">[batch · sequence, heads · headWidth], written.</param>
    /// <param name="logSumExp">[batch, heads, sequence], written.</param>
    public static void Forward<T>(T* qkv, T* output, float* logSumExp, int batch, int sequence, int heads, int kvHeads, int headWidth)
        where T : unmanaged, IElement<T> => KernelThreads.For(batch * kvHeads, item =>
        {
            var s = new Shape(sequence, heads, kvHeads, headWidth);
            var scratch = AttentionScratch.Begin((4L * s.Length * s.Width) + (Block * (long)s.Length) + (Block * (long)s.Width));
            int sample = item / kvHeads;
            int kvHead = item % kvHeads;
            T* rows = qkv + ((long)sample * sequence * s.RowStride);

            float* keysTransposed = scratch.Take((long)s.Length * s.Width);
            float* values = scratch.Take((long)s.Length * s.Width);
            float* queries = scratch.Take((long)s.Length * s.Width);
            float* scores = scratch.Take(Block * (long)s.Length);
            float* result = scratch.Take(Block * (long)s.Width);
            PackTransposed(rows + s.KeyColumn(kvHead), s.RowStride, keysTransposed, s);
            Pack(rows + s.ValueColumn(kvHead), s.RowStride, values, s, 1);
            for (int head = kvHead * s.Group; head < (kvHead + 1) * s.Group; head++)
            {
                Pack(rows + (head * headWidth), s.RowStride, queries, s, s.Scale);
                float* lse = logSumExp + (((long)sample * heads) + head) * sequence;
                for (int first = 0; first < s.Length; first += Block)
                {
                    int seen = first + Block;
                    Tile.Multiply(queries + ((long)first * s.Width), s.Width, 1, keysTransposed, s.Length, scores, s.Length, Block, seen, s.Width, false);
                    for (int i = 0; i < Block && first + i < sequence; i++)
                    {
                        lse[first + i] = SoftmaxRow(scores + ((long)i * s.Length), first + i + 1, seen);
                    }

                    Tile.Multiply(scores, s.Length, 1, values, s.Width, result, s.Width, Block, s.Width, seen, false);
                    for (int i = 0; i < Block && first + i < sequence; i++)
                    {
                        long row = ((long)sample * sequence) + first + i;
                        Flat.Convert((F32*)(result + ((long)i * s.Width)), output + (row * heads * headWidth) + (head * headWidth), headWidth);
                    }
                }
            }
        });

    /// <summary>The backward pass.</summary>
    /// <param name="dOutput">Gradient of the output.</param>
    /// <param name="qkv">As given to the forward pass.</param>
    /// <param name="output">As written by it.</param>
    /// <param name="logSumExp">As written by it.</param>
    /// <param name="dQkv">Shape of <paramref name="qkv"/>, written.</param>
    public static void Backward<T>(
        T* dOutput, T* qkv, T* output, float* logSumExp, T* dQkv, int batch, int sequence, int heads, int kvHeads, int headWidth)
        where T : unmanaged, IElement<T> => KernelThreads.For(batch * kvHeads, item =>
        {
            var s = new Shape(sequence, heads, kvHeads, headWidth);
            long panel = (long)s.Length * s.Width;
            var scratch = AttentionScratch.Begin((8 * panel) + (2L * Block * s.Length) + s.Length);
            int sample = item / kvHeads;
            int kvHead = item % kvHeads;
            T* rows = qkv + ((long)sample * sequence * s.RowStride);
            T* dRows = dQkv + ((long)sample * sequence * s.RowStride);

            float* keys = scratch.Take(panel);
            float* keysTransposed = scratch.Take(panel);
            float* valuesTransposed = scratch.Take(panel);
            float* queries = scratch.Take(panel);
            float* dResults = scratch.Take(panel);
            float* dQueries = scratch.Take(panel);
            float* dKeys = scratch.Take(panel);
            float* dValues = scratch.Take(panel);
            float* probabilities = scratch.Take(Block * (long)s.Length);
            float* dScores = scratch.Take(Block * (long)s.Length);
            float* products = scratch.Take(s.Length);

            Pack(rows + s.KeyColumn(kvHead), s.RowStride, keys, s, 1);
            PackTransposed(rows + s.KeyColumn(kvHead), s.RowStride, keysTransposed, s);
            PackTransposed(rows + s.ValueColumn(kvHead), s.RowStride, valuesTransposed, s);
            Flat.Zero(dKeys, panel);
            Flat.Zero(dValues, panel);
            int resultStride = heads * headWidth;
            for (int head = kvHead * s.Group; head < (kvHead + 1) * s.Group; head++)
            {
                long resultStart = ((long)sample * sequence * resultStride) + (head * headWidth);
                Pack(rows + (head * headWidth), s.RowStride, queries, s, s.Scale);
                Pack(dOutput + resultStart, resultStride, dResults, s, 1);
                RowProducts(dResults, output + resultStart, resultStride, products, s);
                float* lse = logSumExp + (((long)sample * heads) + head) * sequence;
                for (int first = 0; first < s.Length; first += Block)
                {
                    int seen = first + Block;
                    float* q = queries + ((long)first * s.Width);
                    float* d = dResults + ((long)first * s.Width);
                    Tile.Multiply(q, s.Width, 1, keysTransposed, s.Length, probabilities, s.Length, Block, seen, s.Width, false);
                    Tile.Multiply(d, s.Width, 1, valuesTransposed, s.Length, dScores, s.Length, Block, seen, s.Width, false);
                    for (int i = 0; i < Block; i++)
                    {
                        int row = first + i;
                        int live = row < sequence ? row + 1 : 0;
                        ScoreGradientRow(
                            probabilities + ((long)i * s.Length), dScores + ((long)i * s.Length), live, seen, live > 0 ? lse[row] : 0, products[row]);
                    }

                    Tile.Multiply(dScores, s.Length, 1, keys, s.Width, dQueries + ((long)first * s.Width), s.Width, Block, s.Width, seen, false);
                    Tile.Multiply(dScores, 1, s.Length, q, s.Width, dKeys, s.Width, seen, s.Width, Block, true);
                    Tile.Multiply(probabilities, 1, s.Length, d, s.Width, dValues, s.Width, seen, s.Width, Block, true);
                }

                Unpack(dQueries, dRows + (head * headWidth), s, s.Scale);
            }

            // Queries were packed with the factor 1 / √d, so the gradient of keys has it already.
            Unpack(dKeys, dRows + s.KeyColumn(kvHead), s, 1);
            Unpack(dValues, dRows + s.ValueColumn(kvHead), s, 1);
        });

    // Scores become probabilities; what lies behind the diagonal becomes 0. Answers the log of the sum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SoftmaxRow(float* scores, int live, int seen)
    {
        for (int i = live; i < seen; i++)
        {
            scores[i] = float.NegativeInfinity;
        }

        var highest = Vector512.Load(scores);
        for (int i = Lanes; i < seen; i += Lanes)
        {
            highest = Vector512.Max(highest, Vector512.Load(scores + i));
        }

        float max = Highest(highest);
        var shift = Vector512.Create(max);
        var sums = Vector512<float>.Zero;
        for (int i = 0; i < seen; i += Lanes)
        {
            var value = VectorMath.Exp(Vector512.Load(scores + i) - shift);
            sums += value;
            value.Store(scores + i);
        }

        float sum = Vector512.Sum(sums);
        var scale = Vector512.Create(1 / sum);
        for (int i = 0; i < seen; i += Lanes)
        {
            (Vector512.Load(scores + i) * scale).Store(scores + i);
        }

        return max + MathF.Log(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Highest(Vector512<float> values)
    {
        var half = Vector256.Max(values.GetLower(), values.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        return MathF.Max(MathF.Max(quarter[0], quarter[1]), MathF.Max(quarter[2], quarter[3]));
    }

    // P = exp(S - lse), dS = P (dP - Σ dP P); both 0 behind the diagonal.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScoreGradientRow(float* scores, float* dScores, int live, int seen, float logSumExp, float product)
    {
        var shift = Vector512.Create(logSumExp);
        var mean = Vector512.Create(product);
        for (int i = 0; i < live; i += Lanes)
        {
            var probability = VectorMath.Exp(Vector512.Load(scores + i) - shift);
            probability.Store(scores + i);
            (probability * (Vector512.Load(dScores + i) - mean)).Store(dScores + i);
        }

        new Span<float>(scores + live, seen - live).Clear();
        new Span<float>(dScores + live, seen - live).Clear();
    }

    // Σ over a head's width of dO · O: equal to Σ dP P of the row (arXiv 2205.14135, appendix B).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowProducts<T>(float* dResults, T* output, int outputStride, float* products, Shape s)
        where T : unmanaged, IElement<T>
    {
        for (int row = 0; row < s.Length; row++)
        {
            float sum = 0;
            if (row < s.Sequence)
            {
                T* line = output + ((long)row * outputStride);
                float* gradient = dResults + ((long)row * s.Width);
                var sums = Vector512<float>.Zero;
                int i = 0;
                for (; i <= s.HeadWidth - Lanes; i += Lanes)
                {
                    sums = Vector512.FusedMultiplyAdd(Vector512.Load(gradient + i), T.Load(line + i), sums);
                }

                sum = Vector512.Sum(sums);
                for (; i < s.HeadWidth; i++)
                {
                    sum += gradient[i] * T.ToFloat(line[i]);
                }
            }

            products[row] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack<T>(T* source, int stride, float* target, Shape s, float scale)
        where T : unmanaged, IElement<T>
    {
        var factor = Vector512.Create(scale);
        for (int row = 0; row < s.Length; row++)
        {
            float* line = target + ((long)row * s.Width);
            int i = 0;
            if (row < s.Sequence)
            {
                T* from = source + ((long)row * stride);
                for (; i <= s.HeadWidth - Lanes; i += Lanes)
                {
                    (T.Load(from + i) * factor).Store(line + i);
                }

                for (; i < s.HeadWidth; i++)
                {
                    line[i] = T.ToFloat(from[i]) * scale;
                }
            }

            new Span<float>(line + i, s.Width - i).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackTransposed<T>(T* source, int stride, float* target, Shape s)
        where T : unmanaged, IElement<T>
    {
        for (int column = 0; column < s.Width; column++)
        {
            float* line = target + ((long)column * s.Length);
            int row = 0;
            for (; column < s.HeadWidth && row < s.Sequence; row++)
            {
                line[row] = T.ToFloat(source[((long)row * stride) + column]);
            }

            new Span<float>(line + row, s.Length - row).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unpack<T>(float* source, T* target, Shape s, float scale)
        where T : unmanaged, IElement<T>
    {
        var factor = Vector512.Create(scale);
        for (int row = 0; row < s.Sequence; row++)
        {
            float* line = source + ((long)row * s.Width);
            T* to = target + ((long)row * s.RowStride);
            int i = 0;
            for (; i <= s.HeadWidth - Lanes; i += Lanes)
            {
                T.Store(to + i, Vector512.Load(line + i) * factor);
            }

            for (; i < s.HeadWidth; i++)
            {
                to[i] = T.FromFloat(line[i] * scale);
            }
        }
    }

    private readonly record struct Shape(int Sequence, int Heads, int KvHeads, int HeadWidth)
    {
        /// <summary>The sequence, padded.</summary>
        public int Length { get; } = (Sequence + Block - 1) / Block * Block;

        /// <summary>The head's width, padded.</summary>
        public int Width { get; } = (HeadWidth + Tile.Columns - 1) / Tile.Columns * Tile.Columns;

        public int Group => Heads / KvHeads;

        public int RowStride => (Heads + (2 * KvHeads)) * HeadWidth;

        public float Scale => 1f / MathF.Sqrt(HeadWidth);

        public int KeyColumn(int kvHead) => (Heads + kvHead) * HeadWidth;

        public int ValueColumn(int kvHead) => (Heads + KvHeads + kvHead) * HeadWidth;
    }
}
