using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>The backward pass of attention for one (sample, key head): for each block of 64 queries, the blocks of keys that they see.</summary>
internal readonly unsafe struct AttentionBackward<T>(
    AttentionShape shape, QuerySet queries, HeadRows<T> dOutput, AttentionHeads<T> heads, HeadRows<T> output, float* logSumExp, AttentionHeads<T> gradients) : IKernelBody
    where T : unmanaged, IElement<T>
{
    private const int Lanes = 16;
    private const int Block = AttentionShape.Block;

    private readonly AttentionShape shape = shape;
    private readonly QuerySet queries = queries;
    private readonly HeadRows<T> dOutput = dOutput;
    private readonly AttentionHeads<T> heads = heads;
    private readonly HeadRows<T> output = output;
    private readonly float* logSumExp = logSumExp;
    private readonly AttentionHeads<T> gradients = gradients;

    /// <inheritdoc/>
    public void Run(int item)
    {
        int sample = item / shape.KvHeads;
        int kvHead = item % shape.KvHeads;
        long start = (long)sample * shape.Sequence;
        int width = shape.PaddedWidth;
        int valueWidth = shape.PaddedValueWidth;
        var scratch = ThreadScratch.Begin(
            sizeof(float) * ((2 * (shape.KeyPanel + shape.ValuePanel)) + (Block * ((3L * width) + (2L * valueWidth) + (2 * Block) + 3))));
        var room = new Room(scratch, shape);
        HeadPanel.Pack(heads.Keys.At(start, kvHead, shape.HeadWidth), heads.Keys.Stride, shape.Sequence, shape.HeadWidth, room.Keys, shape.Length, width, 1);
        HeadPanel.Pack(heads.Values.At(start, kvHead, shape.ValueWidth), heads.Values.Stride, shape.Sequence, shape.ValueWidth, room.Values, shape.Length, valueWidth, 1);
        Flat.Zero(room.DKeys, shape.KeyPanel);
        Flat.Zero(room.DValues, shape.ValuePanel);
        for (int head = kvHead * shape.Group; head < (kvHead + 1) * shape.Group; head++)
        {
            foreach (var block in queries.Blocks)
            {
                QueryBlock(sample, head, block, room);
            }
        }

        // Queries were packed with log₂(e) · scale, so the gradient of keys lacks only ln 2.
        HeadPanel.Unpack(room.DKeys, width, gradients.Keys.At(start, kvHead, shape.HeadWidth), gradients.Keys.Stride, shape.Sequence, shape.HeadWidth, HeadPanel.Ln2);
        HeadPanel.Unpack(room.DValues, valueWidth, gradients.Values.At(start, kvHead, shape.ValueWidth), gradients.Values.Stride, shape.Sequence, shape.ValueWidth, 1);
    }

    private void QueryBlock(int sample, int head, QueryBlock block, Room room)
    {
        int rows = block.Rows;
        int width = shape.PaddedWidth;
        int valueWidth = shape.PaddedValueWidth;
        long firstRow = queries.RowOf(sample, block);
        PackQueries(sample, head, block, firstRow, room);
        int visible = queries.Visible(((long)sample * shape.Sequence) + block.First, block, room.FirstVisible);
        int begin = visible / Block * Block;
        for (int start = begin; start < block.Start + rows; start += Block)
        {
            int count = Math.Min(Block, block.Start + rows - start);
            int diagonal = block.Start - start;
            float* keys = room.Keys + ((long)start * width);
            float* values = room.Values + ((long)start * valueWidth);
            float* p = room.Probabilities;
            float* ds = room.DScores;
            Tile.Multiply(keys, width, 1, room.QueriesTransposed, rows, p, rows, count, rows, shape.HeadWidth, false, Triangle.ColumnsFromRow, diagonal);
            Tile.Multiply(values, valueWidth, 1, room.DResultsTransposed, rows, ds, rows, count, rows, shape.ValueWidth, false, Triangle.ColumnsFromRow, diagonal);
            for (int column = 0; column < rows; column += Lanes)
            {
                if (shape.ScoreCap > 0)
                {
                    ScoreGradients(new CappedScores(shape.ScoreCap), p + column, ds + column, rows, count, diagonal + column, room.LogSumExp + column, room.Products + column);
                }
                else
                {
                    ScoreGradients(default(PlainScores), p + column, ds + column, rows, count, diagonal + column, room.LogSumExp + column, room.Products + column);
                }

                if (queries.Hides)
                {
                    Attention.Hide(p + column, rows, count, start, room.FirstVisible + column, 0);
                    Attention.Hide(ds + column, rows, count, start, room.FirstVisible + column, 0);
                }
            }

            float* dValues = room.DValues + ((long)start * valueWidth);
            float* dKeys = room.DKeys + ((long)start * width);
            Tile.Multiply(p, rows, 1, room.DResults, valueWidth, dValues, valueWidth, count, valueWidth, rows, true, Triangle.DepthFromRow, diagonal);
            Tile.Multiply(ds, rows, 1, room.Queries, width, dKeys, width, count, width, rows, true, Triangle.DepthFromRow, diagonal);
            Tile.Multiply(ds, 1, rows, keys, width, room.DQueries, width, rows, width, count, start > begin, Triangle.DepthToRow, diagonal);
        }

        T* to = gradients.Queries.At(firstRow, head, shape.HeadWidth);
        HeadPanel.Unpack(room.DQueries + ((long)block.Lead * width), width, to, gradients.Queries.Stride, block.Live, shape.HeadWidth, shape.Scale);
    }

    // Queries and gradients of results, as they are and transposed, with each row's log-sum-exp and Σ dP P.
    private void PackQueries(int sample, int head, QueryBlock block, long firstRow, Room room)
    {
        int rows = block.Rows;
        int width = shape.PaddedWidth;
        int valueWidth = shape.PaddedValueWidth;
        HeadPanel.PackBlock(heads.Queries.At(firstRow, head, shape.HeadWidth), heads.Queries.Stride, block, shape.HeadWidth, room.Queries, width, shape.Scale * HeadPanel.Log2E);
        HeadPanel.Transpose(room.Queries, width, room.QueriesTransposed, rows, rows, width);
        HeadPanel.PackBlock(dOutput.At(firstRow, head, shape.ValueWidth), dOutput.Stride, block, shape.ValueWidth, room.DResults, valueWidth, 1);
        HeadPanel.Transpose(room.DResults, valueWidth, room.DResultsTransposed, rows, rows, valueWidth);

        // Rows of padding have no gradient of results and no products: whatever their probabilities, nothing comes of them.
        new Span<float>(room.LogSumExp, rows).Clear();
        new Span<float>(room.Products, rows).Clear();
        float* dResults = room.DResults + ((long)block.Lead * valueWidth);
        T* results = output.At(firstRow, head, shape.ValueWidth);
        HeadPanel.RowProducts(dResults, valueWidth, results, output.Stride, block.Live, shape.ValueWidth, room.Products + block.Lead);
        float* stored = logSumExp + queries.RowOf(((long)sample * shape.Heads) + head, block);
        for (int i = 0; i < block.Live; i++)
        {
            room.LogSumExp[block.Lead + i] = stored[i] * HeadPanel.Log2E;
        }
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
        public readonly float* Keys = scratch.Take<float>(shape.KeyPanel);
        public readonly float* Values = scratch.Take<float>(shape.ValuePanel);
        public readonly float* DKeys = scratch.Take<float>(shape.KeyPanel);
        public readonly float* DValues = scratch.Take<float>(shape.ValuePanel);
        public readonly float* Queries = scratch.Take<float>((long)Block * shape.PaddedWidth);
        public readonly float* QueriesTransposed = scratch.Take<float>((long)Block * shape.PaddedWidth);
        public readonly float* DQueries = scratch.Take<float>((long)Block * shape.PaddedWidth);
        public readonly float* DResults = scratch.Take<float>((long)Block * shape.PaddedValueWidth);
        public readonly float* DResultsTransposed = scratch.Take<float>((long)Block * shape.PaddedValueWidth);
        public readonly float* Probabilities = scratch.Take<float>(Block * Block);
        public readonly float* DScores = scratch.Take<float>(Block * Block);
        public readonly float* LogSumExp = scratch.Take<float>(Block);
        public readonly float* Products = scratch.Take<float>(Block);
        public readonly int* FirstVisible = scratch.Take<int>(Block);
    }
}
