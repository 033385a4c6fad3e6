using Colossus.Testing;
using Colossus.Training.Kernels;
using CsCheck;

namespace Colossus.Training.Tests.Kernels;

/// <summary>Attention with rows that lie apart, values of a width of their own, queries of some positions only, and documents, against its formula in double.</summary>
public sealed unsafe class AttentionViewTests
{
    private static readonly Gen<Case> Cases =
        from batch in Gen.Int[1, 2]
        from sequence in Gen.Int[1, 300]
        from kvHeads in Gen.Int[1, 2]
        from heads in Gen.Int[1, 3].Select(shared => shared * kvHeads)
        from headWidth in Gen.Int[1, 50]
        from valueWidth in Gen.Int[1, 50]
        from cap in Gen.OneOf(0f, 2f)
        from scale in Gen.OneOf(0f, 0.3f)
        from gap in Gen.Int[0, 5]
        from cuts in Gen.Int[0, sequence].Array[4]
        from documents in Gen.OneOf(Gen.Const(0), Gen.Int[1, 100])
        from seed in Gen.Int[1, 1000]
        select new Case(batch, sequence, heads, kvHeads, headWidth, valueWidth, cap, scale, gap, Chunks(cuts), documents, seed);

    [Fact]
    public void Any_view_gives_the_formulas_results_and_gradients() => Cases.Sample(Check, iter: Effort.Times(40, 4000), threads: 1);

    [Theory]
    [InlineData(192, 128, 0)]
    [InlineData(24, 40, 0)]
    [InlineData(96, 33, 2)]
    public void Values_may_be_wider_or_narrower_than_keys(int headWidth, int valueWidth, float cap) =>
        Check(new Case(2, 129, 4, 2, headWidth, valueWidth, cap, 0, 0, [new(0, 129)], 0, 1));

    [Theory]
    [InlineData(0, 64, 192, 64)]
    [InlineData(64, 64, 128, 64)]
    [InlineData(0, 37, 37, 1)]
    [InlineData(150, 50, 0, 13)]
    public void Queries_may_be_two_chunks_of_the_sample(int first, int count, int second, int secondCount) =>
        Check(new Case(2, 256, 4, 2, 32, 32, 0, 0, 0, [new(first, count), new(second, secondCount)], 0, 2));

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(199)]
    public void One_query_sees_all_before_it(int position) => Check(new Case(1, 200, 2, 1, 20, 20, 2, 0, 3, [new(position, 1)], 0, 3));

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(170)]
    public void Documents_hide_what_lies_before_them(int length)
    {
        Check(new Case(2, 300, 4, 2, 24, 24, 0, 0, 0, [new(0, 300)], length, 4));
        Check(new Case(2, 300, 4, 2, 24, 24, 2, 0, 0, [new(0, 80), new(200, 100)], length, 4));
    }

    [Fact]
    public void A_query_gives_the_same_bits_whatever_chunk_it_lies_in()
    {
        using var whole = new Run<F32>(new Case(1, 256, 2, 1, 32, 32, 0, 0, 0, [new(0, 256)], 90, 5));
        whole.Execute();
        using var part = new Run<F32>(new Case(1, 256, 2, 1, 32, 32, 0, 0, 0, [new(50, 30), new(130, 77)], 90, 5));
        int row = 0;
        foreach (int position in part.Positions)
        {
            whole.Queries.Row(position).CopyTo(part.Queries.Row(row));
            whole.DOutput.Row(position).CopyTo(part.DOutput.Row(row++));
        }

        part.Execute();
        row = 0;
        foreach (int position in part.Positions)
        {
            Assert.Equal(whole.Output.Row(position), part.Output.Row(row));
            Assert.Equal(whole.DQueries.Row(position), part.DQueries.Row(row++));
        }
    }

    [Fact]
    public void Another_documents_tokens_change_no_bit()
    {
        using var run = new Run<Bf16>(new Case(1, 300, 2, 1, 32, 32, 0, 0, 0, [new(0, 300)], 100, 6));
        run.Execute();
        byte[] before = [.. run.Output.Row(250), .. run.DQueries.Row(250), .. run.DKeys.Row(250), .. run.DValues.Row(250)];
        run.Keys.Row(150).Fill(0x3f);
        run.Values.Row(199).Fill(0x3f);
        run.Queries.Row(70).Fill(0x3f);
        run.DOutput.Row(120).Fill(0x3f);
        run.Execute();
        byte[] after = [.. run.Output.Row(250), .. run.DQueries.Row(250), .. run.DKeys.Row(250), .. run.DValues.Row(250)];
        Assert.Equal(before, after);
    }

    // Consecutive chunks between sorted cuts; those in odd places are another rank's.
    private static PositionRange[] Chunks(int[] cuts)
    {
        int[] sorted = [.. cuts.Order()];
        PositionRange[] chunks = [new(sorted[2], sorted[3] - sorted[2]), new(sorted[0], sorted[1] - sorted[0])];
        return [.. chunks.Where(chunk => chunk.Count > 0)];
    }

    private static void Check(Case sizes)
    {
        using var run = new Run<F32>(sizes);
        run.Execute();
        for (int sample = 0; sample < sizes.Batch; sample++)
        {
            run.Compare(sample);
        }

        Assert.All([run.DQueries, run.DKeys, run.DValues], rows => Assert.True(rows.GapsAreUntouched, "a gap between rows was written"));
    }

    private sealed record Case(
        int Batch,
        int Sequence,
        int Heads,
        int KvHeads,
        int HeadWidth,
        int ValueWidth,
        float Cap,
        float Scale,
        int Gap,
        PositionRange[] Chunks,
        int Document,
        int Seed)
    {
        public AttentionShape Shape
        {
            get
            {
                var shape = new AttentionShape(Batch, Sequence, Heads, KvHeads, HeadWidth, Cap) { ValueWidth = ValueWidth };
                return Scale > 0 ? shape with { Scale = Scale } : shape;
            }
        }

        // Documents of one length; the first one of a sample is cut short by the sample's number.
        public int FirstVisible(int sample, int position) => Document == 0 ? 0 : Math.Max(0, ((position + sample) / Document * Document) - sample);

        public override string ToString() =>
            $"batch {Batch}, sequence {Sequence}, heads {Heads}/{KvHeads}, widths {HeadWidth} and {ValueWidth}, cap {Cap}, scale {Scale}, gap {Gap}, chunks {string.Join(" ", Chunks)}, documents of {Document}, seed {Seed}";
    }

    // Rows of heads with a gap behind each; a gap holds a mark that nothing may overwrite.
    private sealed class Rows<T>(int count, int heads, int width, int gap, int seed) : IDisposable
        where T : unmanaged, IElement<T>
    {
        private const float Mark = 7;

        private readonly int used = heads * width;
        private readonly int stride = (heads * width) + gap;
        private readonly Values<T> values = Values<T>.Of(
            Enumerable.Range(0, count).SelectMany(row => Normal((seed * 10_000) + row, heads * width).Concat(Enumerable.Repeat((double)Mark, gap))));

        public HeadRows<T> Heads => new(values.Data, stride);

        public T* Data => values.Data;

        public bool GapsAreUntouched => Enumerable.Range(0, count * stride).All(i => i % stride < used || T.ToFloat(values.Data[i]) == Mark);

        public Span<byte> Row(int row) => values.Bytes.Slice(row * stride * sizeof(T), used * sizeof(T));

        // [rows][elements of the head]
        public double[][] Head(int firstRow, int rows, int head) =>
            [.. Enumerable.Range(firstRow, rows).Select(row => Enumerable.Range((row * stride) + (head * width), width).Select(i => (double)T.ToFloat(values.Data[i])).ToArray())];

        public void Dispose() => values.Dispose();

        private static double[] Normal(int seed, int count)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, count).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
        }
    }

    private sealed class Run<T>(Case sizes) : IDisposable
        where T : unmanaged, IElement<T>
    {
        private readonly AttentionQueries queries = new(sizes.Chunks);
        private readonly int[] firstVisible =
            [.. Enumerable.Range(0, sizes.Batch).SelectMany(sample => Enumerable.Range(0, sizes.Sequence).Select(position => sizes.FirstVisible(sample, position)))];

        public int[] Positions { get; } = [.. sizes.Chunks.SelectMany(chunk => Enumerable.Range(chunk.First, chunk.Count))];

        public Rows<T> Queries { get; } = QueryRows(sizes, sizes.HeadWidth, sizes.Gap, 1);

        public Rows<T> Keys { get; } = new(sizes.Batch * sizes.Sequence, sizes.KvHeads, sizes.HeadWidth, 2 * sizes.Gap, sizes.Seed + 2);

        public Rows<T> Values { get; } = new(sizes.Batch * sizes.Sequence, sizes.KvHeads, sizes.ValueWidth, 3 * sizes.Gap, sizes.Seed + 3);

        public Rows<T> DQueries { get; } = QueryRows(sizes, sizes.HeadWidth, 4 * sizes.Gap, 4);

        public Rows<T> DKeys { get; } = new(sizes.Batch * sizes.Sequence, sizes.KvHeads, sizes.HeadWidth, 5 * sizes.Gap, sizes.Seed + 5);

        public Rows<T> DValues { get; } = new(sizes.Batch * sizes.Sequence, sizes.KvHeads, sizes.ValueWidth, 6 * sizes.Gap, sizes.Seed + 6);

        public Rows<T> Output { get; } = QueryRows(sizes, sizes.ValueWidth, 0, 7);

        public Rows<T> DOutput { get; } = QueryRows(sizes, sizes.ValueWidth, 0, 8);

        private Values<F32> LogSumExp { get; } = new(sizes.Batch * sizes.Heads * sizes.Chunks.Sum(chunk => chunk.Count));

        public void Execute()
        {
            var inputs = new AttentionHeads<T>(Queries.Heads, Keys.Heads, Values.Heads);
            var gradients = new AttentionHeads<T>(DQueries.Heads, DKeys.Heads, DValues.Heads);
            fixed (int* first = firstVisible)
            {
                int* visible = sizes.Document > 0 ? first : null;
                Attention.Forward(inputs, Output.Data, (float*)LogSumExp.Data, sizes.Shape, queries, visible);
                Attention.Backward(DOutput.Data, inputs, Output.Data, (float*)LogSumExp.Data, gradients, sizes.Shape, queries, visible);
            }
        }

        public void Compare(int sample)
        {
            int group = sizes.Heads / sizes.KvHeads;
            int row = sample * queries.Rows;
            int first = sample * sizes.Sequence;
            for (int kvHead = 0; kvHead < sizes.KvHeads; kvHead++)
            {
                double[][] keys = Keys.Head(first, sizes.Sequence, kvHead);
                double[][] values = Values.Head(first, sizes.Sequence, kvHead);
                var heads = Enumerable.Range(kvHead * group, group).ToDictionary(head => head, head => new PlainAttention(
                    Queries.Head(row, queries.Rows, head), keys, values, Positions, position => sizes.FirstVisible(sample, position), sizes.Shape.Scale, sizes.Cap));
                foreach (var (head, plain) in heads)
                {
                    plain.Run(DOutput.Head(row, queries.Rows, head));
                    Close(plain.Output, Output.Head(row, queries.Rows, head), "output");
                    Close(plain.DQueries, DQueries.Head(row, queries.Rows, head), "gradient of queries");
                    Close([plain.LogSumExp], [LogSumExp.ToDoubles().AsSpan(((sample * sizes.Heads) + head) * queries.Rows, queries.Rows).ToArray()], "log-sum-exp");
                }

                Close(Sum(heads.Values.Select(plain => plain.DKeys)), DKeys.Head(first, sizes.Sequence, kvHead), "gradient of keys");
                Close(Sum(heads.Values.Select(plain => plain.DValues)), DValues.Head(first, sizes.Sequence, kvHead), "gradient of values");
            }
        }

        public void Dispose()
        {
            foreach (var rows in new[] { Queries, Keys, Values, DQueries, DKeys, DValues, Output, DOutput })
            {
                rows.Dispose();
            }

            LogSumExp.Dispose();
        }

        private static Rows<T> QueryRows(Case sizes, int width, int gap, int seed) =>
            new(sizes.Batch * sizes.Chunks.Sum(chunk => chunk.Count), sizes.Heads, width, gap, sizes.Seed + seed);

        private static double[][] Sum(IEnumerable<double[][]> all) => all.Aggregate((a, b) => [.. a.Zip(b, (x, y) => x.Zip(y, (u, v) => u + v).ToArray())]);

        // As AttentionTests allows for fp32; a floor, where all that is compared is next to nothing: one key has probability 1, and then no gradient.
        private static void Close(double[][] expected, double[][] actual, string what)
        {
            double[] all = [.. expected.SelectMany(x => x)];
            double typical = Math.Sqrt((all.Sum(x => x * x) / Math.Max(1, all.Length)) + 0.01);
            foreach (var (i, (x, y)) in all.Zip(actual.SelectMany(v => v)).Index())
            {
                Assert.True(Math.Abs(x - y) <= 3e-5 * (Math.Abs(x) + typical), $"{what}[{i}] is {y:g9} instead of {x:g9}");
            }
        }
    }
}
