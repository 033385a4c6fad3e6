using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>The backward pass of attention for one (sample, key head): for each block of 64 queries, the blocks of keys that they see.</summary>
internal readonly unsafe struct AttentionBackward<T>(AttentionShape shape, T* dOutput, T* qkv, T* output, float* logSumExp, T* dQkv) : IKernelBody
    where T : unmanaged, IElement<T>
{
    private const int Lanes = 16;
    private const int Block = AttentionShape.Block;

    private readonly AttentionShape shape = shape;
    private readonly T* dOutput = dOutput;
    private readonly T* qkv = qkv;
    private readonly T* output = output;
    private readonly float* logSumExp = logSumExp;
    private readonly T* dQkv = dQkv;

    /// <inheritdoc/>
    public void Run(int item)
    {
        int sample = item / shape.KvHeads;
        int kvHead = item % shape.KvHeads;
        T* rows = qkv + ((long)sample * shape.Sequence * shape.RowStride);
        T* dRows = dQkv + ((long)sample * shape.Sequence * shape.RowStride);
        var scratch = ThreadScratch.Begin(sizeof(float) * ((4 * shape.Panel) + (Block * ((5L * shape.Width) + (2 * Block) + 2))));
        var room = new Room(scratch, shape);
        HeadPanel.Pack(rows + shape.KeyColumn(kvHead), shape.RowStride, shape.Sequence, shape.HeadWidth, room.Keys, shape.Length, shape.Width, 1);
        HeadPanel.Pack(rows + shape.ValueColumn(kvHead), shape.RowStride, shape.Sequence, shape.HeadWidth, room.Values, shape.Length, shape.Width, 1);
        Flat.Zero(room.DKeys, shape.Panel);
        Flat.Zero(room.DValues, shape.Panel);
        for (int head = kvHead * shape.Group; head < (kvHead + 1) * shape.Group; head++)
        {
            for (int first = 0; first < shape.Sequence; first += Block)
            {
                QueryBlock(rows, dRows, sample, head, first, room);
            }
        }

        // Queries were packed with log₂(e) / √d, so the gradient of keys lacks only ln 2.
        HeadPanel.Unpack(
            room.DKeys, shape.Width, dRows + shape.KeyColumn(kvHead), shape.RowStride, shape.Sequence, shape.HeadWidth, HeadPanel.Ln2);
        HeadPanel.Unpack(room.DValues, shape.Width, dRows + shape.ValueColumn(kvHead), shape.RowStride, shape.Sequence, shape.HeadWidth, 1);
    }

    private void QueryBlock(T* rows, T* dRows, int sample, int head, int first, Room room)
    {
        int queries = shape.BlockAt(first);
        int live = Math.Min(queries, shape.Sequence - first);
        int width = shape.Width;
        long resultStart = ((((long)sample * shape.Sequence) + first) * shape.ResultStride) + shape.QueryColumn(head);
        long queryStart = ((long)first * shape.RowStride) + shape.QueryColumn(head);
        HeadPanel.Pack(rows + queryStart, shape.RowStride, live, shape.HeadWidth, room.Queries, queries, width, shape.Scale * HeadPanel.Log2E);
        HeadPanel.Transpose(room.Queries, width, room.QueriesTransposed, queries, queries, width);
        HeadPanel.Pack(dOutput + resultStart, shape.ResultStride, live, shape.HeadWidth, room.DResults, queries, width, 1);
        HeadPanel.Transpose(room.DResults, width, room.DResultsTransposed, queries, queries, width);
        HeadPanel.RowProducts(room.DResults, width, output + resultStart, shape.ResultStride, live, shape.HeadWidth, room.Products);
        float* stored = logSumExp + shape.LogSumExpStart(sample, head) + first;
        for (int i = 0; i < queries; i++)
        {
            room.LogSumExp[i] = i < live ? stored[i] * HeadPanel.Log2E : 0;
            room.Products[i] = i < live ? room.Products[i] : 0;
        }

        for (int start = 0; start < first + queries; start += Block)
        {
            int count = Math.Min(Block, first + queries - start);
            int diagonal = first - start;
            float* keys = room.Keys + ((long)start * width);
            float* values = room.Values + ((long)start * width);
            float* p = room.Probabilities;
            float* ds = room.DScores;
            Tile.Multiply(keys, width, 1, room.QueriesTransposed, queries, p, queries, count, queries, shape.HeadWidth, false, Triangle.ColumnsFromRow, diagonal);
            Tile.Multiply(values, width, 1, room.DResultsTransposed, queries, ds, queries, count, queries, shape.HeadWidth, false, Triangle.ColumnsFromRow, diagonal);
            for (int column = 0; column < queries; column += Lanes)
            {
                if (shape.ScoreCap > 0)
                {
                    ScoreGradients(new CappedScores(shape.ScoreCap), p + column, ds + column, queries, count, diagonal + column, room.LogSumExp + column, room.Products + column);
                }
                else
                {
                    ScoreGradients(default(PlainScores), p + column, ds + column, queries, count, diagonal + column, room.LogSumExp + column, room.Products + column);
                }
            }

            float* dValues = room.DValues + ((long)start * width);
            float* dKeys = room.DKeys + ((long)start * width);
            Tile.Multiply(p, queries, 1, room.DResults, width, dValues, width, count, width, queries, true, Triangle.DepthFromRow, diagonal);
            Tile.Multiply(ds, queries, 1, room.Queries, width, dKeys, width, count, width, queries, true, Triangle.DepthFromRow, diagonal);
            Tile.Multiply(ds, 1, queries, keys, width, room.DQueries, width, queries, width, count, start > 0, Triangle.DepthToRow, diagonal);
        }

        HeadPanel.Unpack(room.DQueries, width, dRows + queryStart, shape.RowStride, live, shape.HeadWidth, shape.Scale);
    }

    // P = exp(S - lse), dS = P (dP - Σ dP P), and from there through the curve of scores, for 16 queries; both 0 behind the diagonal. Keys before "whole" are seen by all 16, the next 16 by some.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScoreGradients<TCurve>(TCurve curve, float* scores, float* dScores, int stride, int keys, int whole, float* logSumExp, float* products)
        where TCurve : struct, IScoreCurve
    {
        int full = Math.Min(keys, whole);
        int seen = Math.Min(keys, whole + Lanes);
        var shift = Vector512.Load(logSumExp);
        var mean = Vector512.Load(products);
        for (int key = 0; key < full; key++)
        {
            var score = curve.Value(Vector512.Load(scores));
            var probability = VectorMath.Exp2(score - shift);
            probability.Store(scores);
            curve.Gradient(score, probability * (Vector512.Load(dScores) - mean)).Store(dScores);
            scores += stride;
            dScores += stride;
        }

        var lane = Vector512<int>.Indices;
        for (int key = Math.Max(0, full); key < seen; key++)
        {
            var masked = Vector512.LessThan(lane, Vector512.Create(key - whole)).AsSingle();
            var score = curve.Value(Vector512.Load(scores));
            var probability = Vector512.ConditionalSelect(masked, Vector512<float>.Zero, VectorMath.Exp2(score - shift));
            probability.Store(scores);
            Vector512.ConditionalSelect(masked, Vector512<float>.Zero, curve.Gradient(score, probability * (Vector512.Load(dScores) - mean))).Store(dScores);
            scores += stride;
            dScores += stride;
        }
    }

    // Four padded heads, and what a block of queries needs.
    private readonly struct Room(ThreadScratch scratch, AttentionShape shape)
    {
        public readonly float* Keys = scratch.Take<float>(shape.Panel);
        public readonly float* Values = scratch.Take<float>(shape.Panel);
        public readonly float* DKeys = scratch.Take<float>(shape.Panel);
        public readonly float* DValues = scratch.Take<float>(shape.Panel);
        public readonly float* Queries = scratch.Take<float>((long)Block * shape.Width);
        public readonly float* QueriesTransposed = scratch.Take<float>((long)Block * shape.Width);
        public readonly float* DResults = scratch.Take<float>((long)Block * shape.Width);
        public readonly float* DResultsTransposed = scratch.Take<float>((long)Block * shape.Width);
        public readonly float* DQueries = scratch.Take<float>((long)Block * shape.Width);
        public readonly float* Probabilities = scratch.Take<float>(Block * Block);
        public readonly float* DScores = scratch.Take<float>(Block * Block);
        public readonly float* LogSumExp = scratch.Take<float>(Block);
        public readonly float* Products = scratch.Take<float>(Block);
    }
}
