using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>The forward pass of attention for one (sample, key head): blocks of 64 queries, and for each, chunks of keys with a running maximum and sum.</summary>
internal readonly unsafe struct AttentionForward<T>(AttentionShape shape, T* qkv, T* output, float* logSumExp) : IKernelBody
    where T : unmanaged, IElement<T>
{
    // Keys of a chunk, a multiple of the block: scores of a chunk and its values stay in the nearest caches.
    private const int Chunk = 128;

    private const int Lanes = 16;
    private const int Block = AttentionShape.Block;

    private readonly AttentionShape shape = shape;
    private readonly T* qkv = qkv;
    private readonly T* output = output;
    private readonly float* logSumExp = logSumExp;

    /// <inheritdoc/>
    public void Run(int item)
    {
        int sample = item / shape.KvHeads;
        int kvHead = item % shape.KvHeads;
        T* rows = qkv + ((long)sample * shape.Sequence * shape.RowStride);
        var scratch = ThreadScratch.Begin(sizeof(float) * ((2 * shape.Panel) + (Block * ((3L * shape.Width) + Chunk + 3))));
        float* keys = scratch.Take<float>(shape.Panel);
        float* values = scratch.Take<float>(shape.Panel);
        var room = new Room(
            scratch.Take<float>((long)Block * shape.Width),
            scratch.Take<float>((long)Block * shape.Width),
            scratch.Take<float>((long)Block * shape.Width),
            scratch.Take<float>(Block * Chunk),
            scratch.Take<float>(Block),
            scratch.Take<float>(Block),
            scratch.Take<float>(Block));
        HeadPanel.Pack(rows + shape.KeyColumn(kvHead), shape.RowStride, shape.Sequence, shape.HeadWidth, keys, shape.Length, shape.Width, 1);
        HeadPanel.Pack(rows + shape.ValueColumn(kvHead), shape.RowStride, shape.Sequence, shape.HeadWidth, values, shape.Length, shape.Width, 1);
        for (int head = kvHead * shape.Group; head < (kvHead + 1) * shape.Group; head++)
        {
            for (int first = 0; first < shape.Sequence; first += Block)
            {
                QueryBlock(rows, sample, head, first, keys, values, room);
            }
        }
    }

    private void QueryBlock(T* rows, int sample, int head, int first, float* keys, float* values, Room room)
    {
        int queries = shape.BlockAt(first);
        int live = Math.Min(queries, shape.Sequence - first);
        int width = shape.Width;
        T* source = rows + ((long)first * shape.RowStride) + shape.QueryColumn(head);
        HeadPanel.Pack(source, shape.RowStride, live, shape.HeadWidth, room.Queries, queries, width, shape.Scale * HeadPanel.Log2E);
        HeadPanel.Transpose(room.Queries, width, room.QueriesTransposed, queries, queries, width);
        new Span<float>(room.Highest, queries).Fill(float.NegativeInfinity);
        new Span<float>(room.Sum, queries).Clear();
        for (int start = 0; start < first + queries; start += Chunk)
        {
            int count = Math.Min(Chunk, first + queries - start);
            int diagonal = first - start;
            Tile.Multiply(
                keys + ((long)start * width), width, 1, room.QueriesTransposed, queries, room.Scores, queries, count, queries, shape.HeadWidth, false, Triangle.ColumnsFromRow, diagonal);
            for (int column = 0; column < queries; column += Lanes)
            {
                if (shape.ScoreCap > 0)
                {
                    Cap(room.Scores + column, queries, Math.Min(count, diagonal + column + Lanes), new CappedScores(shape.ScoreCap));
                }

                Softmax(room.Scores + column, queries, count, diagonal + column, room.Highest + column, room.Sum + column, room.Factor + column);
            }

            if (start > 0)
            {
                Rescale(room.Result, room.Factor, queries, width);
            }

            Tile.Multiply(
                room.Scores, 1, queries, values + ((long)start * width), width, room.Result, width, queries, width, count, start > 0, Triangle.DepthToRow, diagonal);
        }

        Finish(room.Highest, room.Sum, room.Factor, queries);
        new Span<float>(room.Highest, live).CopyTo(new Span<float>(logSumExp + shape.LogSumExpStart(sample, head) + first, live));
        Rescale(room.Result, room.Factor, live, width);
        T* to = output + ((((long)sample * shape.Sequence) + first) * shape.ResultStride) + shape.QueryColumn(head);
        HeadPanel.Unpack(room.Result, width, to, shape.ResultStride, live, shape.HeadWidth, 1);
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

    // What a block of queries needs: [64, width] three times, [chunk, 64], and three numbers a query.
    private readonly struct Room(float* queries, float* queriesTransposed, float* result, float* scores, float* highest, float* sum, float* factor)
    {
        public readonly float* Queries = queries;
        public readonly float* QueriesTransposed = queriesTransposed;
        public readonly float* Result = result;
        public readonly float* Scores = scores;
        public readonly float* Highest = highest;
        public readonly float* Sum = sum;
        public readonly float* Factor = factor;
    }
}
