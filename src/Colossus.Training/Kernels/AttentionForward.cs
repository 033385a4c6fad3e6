using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>The forward pass of attention for one (sample, key head): blocks of 64 queries, and for each, chunks of keys with a running maximum and sum.</summary>
internal readonly unsafe struct AttentionForward<T>(AttentionShape shape, QuerySet queries, AttentionHeads<T> heads, HeadRows<T> output, float* logSumExp) : IKernelBody
    where T : unmanaged, IElement<T>
{
    // Keys of a chunk, a multiple of the block: scores of a chunk and its values stay in the nearest caches.
    private const int Chunk = 128;

    private const int Lanes = 16;
    private const int Block = AttentionShape.Block;

    private readonly AttentionShape shape = shape;
    private readonly QuerySet queries = queries;
    private readonly AttentionHeads<T> heads = heads;
    private readonly HeadRows<T> output = output;
    private readonly float* logSumExp = logSumExp;

    /// <inheritdoc/>
    public void Run(int item)
    {
        int sample = item / shape.KvHeads;
        int kvHead = item % shape.KvHeads;
        long start = (long)sample * shape.Sequence;
        var scratch = ThreadScratch.Begin(
            sizeof(float) * (shape.KeyPanel + shape.ValuePanel + (Block * ((2L * shape.PaddedWidth) + shape.PaddedValueWidth + Chunk + 4))));
        var room = new Room(scratch, shape);
        HeadPanel.Pack(
            heads.Keys.At(start, kvHead, shape.HeadWidth), heads.Keys.Stride, shape.Sequence, shape.HeadWidth, room.Keys, shape.Length, shape.PaddedWidth, 1);
        HeadPanel.Pack(
            heads.Values.At(start, kvHead, shape.ValueWidth), heads.Values.Stride, shape.Sequence, shape.ValueWidth, room.Values, shape.Length, shape.PaddedValueWidth, 1);
        for (int head = kvHead * shape.Group; head < (kvHead + 1) * shape.Group; head++)
        {
            foreach (var block in queries.Blocks)
            {
                QueryBlock(sample, head, block, room);
            }
        }
    }

    private void QueryBlock(int sample, int head, QueryBlock block, Room room)
    {
        int rows = block.Rows;
        int width = shape.PaddedWidth;
        int valueWidth = shape.PaddedValueWidth;
        long firstRow = queries.RowOf(sample, block);
        HeadPanel.PackBlock(heads.Queries.At(firstRow, head, shape.HeadWidth), heads.Queries.Stride, block, shape.HeadWidth, room.Queries, width, shape.Scale * HeadPanel.Log2E);
        HeadPanel.Transpose(room.Queries, width, room.QueriesTransposed, rows, rows, width);

        // Finite, for rows that see nothing of their block's first keys: what they have summed by then is 0 · 2⁰.
        new Span<float>(room.Highest, rows).Fill(-float.MaxValue);
        new Span<float>(room.Sum, rows).Clear();
        int visible = queries.Visible(((long)sample * shape.Sequence) + block.First, block, room.FirstVisible);
        int begin = visible / Chunk * Chunk;
        for (int start = begin; start < block.Start + rows; start += Chunk)
        {
            int count = Math.Min(Chunk, block.Start + rows - start);
            int diagonal = block.Start - start;
            float* keys = room.Keys + ((long)start * width);
            Tile.Multiply(keys, width, 1, room.QueriesTransposed, rows, room.Scores, rows, count, rows, shape.HeadWidth, false, Triangle.ColumnsFromRow, diagonal);
            for (int column = 0; column < rows; column += Lanes)
            {
                if (shape.ScoreCap > 0)
                {
                    Cap(room.Scores + column, rows, Math.Min(count, diagonal + column + Lanes), new CappedScores(shape.ScoreCap));
                }

                if (queries.Hides)
                {
                    Attention.Hide(room.Scores + column, rows, count, start, room.FirstVisible + column, float.NegativeInfinity);
                }

                Softmax(room.Scores + column, rows, count, diagonal + column, room.Highest + column, room.Sum + column, room.Factor + column);
            }

            if (start > begin)
            {
                Rescale(room.Result, room.Factor, rows, valueWidth);
            }

            float* values = room.Values + ((long)start * valueWidth);
            Tile.Multiply(room.Scores, 1, rows, values, valueWidth, room.Result, valueWidth, rows, valueWidth, count, start > begin, Triangle.DepthToRow, diagonal);
        }

        Finish(room.Highest, room.Sum, room.Factor, rows);
        float* stored = logSumExp + queries.RowOf(((long)sample * shape.Heads) + head, block);
        new Span<float>(room.Highest + block.Lead, block.Live).CopyTo(new Span<float>(stored, block.Live));
        Rescale(room.Result, room.Factor, rows, valueWidth);
        T* to = output.At(firstRow, head, shape.ValueWidth);
        HeadPanel.Unpack(room.Result + ((long)block.Lead * valueWidth), valueWidth, to, output.Stride, block.Live, shape.ValueWidth, 1);
    }

    // Scores of 16 queries become capped ones, those that softmax reads.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Cap(float* scores, int stride, int keys, CappedScores curve)
    {
        for (int key = 0; key < keys; key++)
        {
            curve.Value(Vector512.Load(scores)).Store(scores);
            scores += stride;
        }
    }

    // Scores of 16 queries become exponentials; those behind the diagonal become 0. Keys before "whole" are seen by all 16, the next 16 by some.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax(float* scores, int stride, int keys, int whole, float* highest, float* sum, float* factor)
    {
        int full = Math.Min(keys, whole);
        int seen = Math.Min(keys, whole + Lanes);
        var before = Vector512.Load(highest);
        var max = before;
        var max1 = before;
        float* at = scores;
        int key = 0;
        for (; key <= full - 2; key += 2)
        {
            max = Vector512.MaxNative(max, Vector512.Load(at));
            max1 = Vector512.MaxNative(max1, Vector512.Load(at + stride));
            at += 2 * stride;
        }

        max = Vector512.MaxNative(max, max1);
        var lane = Vector512<int>.Indices;
        for (; key < seen; key++)
        {
            var masked = Vector512.LessThan(lane, Vector512.Create(key - whole)).AsSingle();
            max = Vector512.MaxNative(max, Vector512.ConditionalSelect(masked, Vector512.Create(float.NegativeInfinity), Vector512.Load(at)));
            at += stride;
        }

        var scale = VectorMath.Exp2(before - max);
        var total = Vector512.Load(sum) * scale;
        var total1 = Vector512<float>.Zero;
        at = scores;
        for (key = 0; key <= full - 2; key += 2)
        {
            var value = VectorMath.Exp2(Vector512.Load(at) - max);
            var value1 = VectorMath.Exp2(Vector512.Load(at + stride) - max);
            value.Store(at);
            value1.Store(at + stride);
            total += value;
            total1 += value1;
            at += 2 * stride;
        }

        for (; key < seen; key++)
        {
            var masked = Vector512.LessThan(lane, Vector512.Create(key - whole)).AsSingle();
            var value = Vector512.ConditionalSelect(masked, Vector512<float>.Zero, VectorMath.Exp2(Vector512.Load(at) - max));
            value.Store(at);
            total += value;
            at += stride;
        }

        max.Store(highest);
        (total + total1).Store(sum);
        scale.Store(factor);
    }

    // The maximum, in units of log 2, becomes the log-sum-exp; the factor is what results lack.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(float* highest, float* sum, float* factor, int queries)
    {
        for (int i = 0; i < queries; i += Lanes)
        {
            var total = Vector512.Load(sum + i);
            Vector512.FusedMultiplyAdd(Vector512.Load(highest + i), Vector512.Create(HeadPanel.Ln2), Vector512.Log(total)).Store(highest + i);
            (Vector512<float>.One / total).Store(factor + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rescale(float* result, float* factor, int rows, int width)
    {
        for (int row = 0; row < rows; row++)
        {
            var scale = Vector512.Create(factor[row]);
            for (int i = 0; i < width; i += Lanes)
            {
                (Vector512.Load(result + i) * scale).Store(result + i);
            }

            result += width;
        }
    }

    // A padded head of keys and one of values, and what a block of queries needs.
    private readonly struct Room(ThreadScratch scratch, AttentionShape shape)
    {
        public readonly float* Keys = scratch.Take<float>(shape.KeyPanel);
        public readonly float* Values = scratch.Take<float>(shape.ValuePanel);
        public readonly float* Queries = scratch.Take<float>((long)Block * shape.PaddedWidth);
        public readonly float* QueriesTransposed = scratch.Take<float>((long)Block * shape.PaddedWidth);
        public readonly float* Result = scratch.Take<float>((long)Block * shape.PaddedValueWidth);
        public readonly float* Scores = scratch.Take<float>(Block * Chunk);
        public readonly float* Highest = scratch.Take<float>(Block);
        public readonly float* Sum = scratch.Take<float>(Block);
        public readonly float* Factor = scratch.Take<float>(Block);
        public readonly int* FirstVisible = scratch.Take<int>(Block);
    }
}
