using Colossus.Collectives;
using Colossus.Plan.Programs.Operations;
using Colossus.Specs.Jobs;
using Colossus.Training.Kernels;

namespace Colossus.Bench.Kernels;

/// <summary>Every kernel in the sizes of the 10.8 M model of the README: 16 samples of 256 tokens, width 384, 6 heads of 64, vocabulary 256.</summary>
internal static unsafe class KernelCases
{
    private const int Rows = 4096;
    private const int Width = 384;
    private const int Ffn = 1024;
    private const int Vocab = 256;

    public static void Products()
    {
        float* a = (float*)Memory.Values<F32>(64 * 64);
        float* b = (float*)Memory.Values<F32>(64 * 64);
        float* c = (float*)Memory.Values<F32>(64 * 64);
        const double Flops = 2.0 * 64 * 64 * 64;
        Measure.Operations("product 64 x 64 x 64 in registers", Flops, () => Tile.Multiply(a, 64, 1, b, 64, c, 64, 64, 64, 64, false));
        Measure.Operations("product 64 x 64 x 64, left side transposed, added", Flops, () => Tile.Multiply(a, 1, 64, b, 64, c, 64, 64, 64, 64, true));
        Measure.Operations("product 64 x 32 x 64", Flops / 2, () => Tile.Multiply(a, 64, 1, b, 64, c, 64, 64, 32, 64, false));
    }

    public static void AttentionPasses<T>(int sequence, int heads, int kvHeads, int headWidth)
        where T : unmanaged, IElement<T>
    {
        int batch = Math.Max(1, 256 / sequence);
        int rows = batch * sequence;
        int packed = (heads + (2 * kvHeads)) * headWidth;
        T* qkv = Memory.Values<T>((long)rows * packed);
        T* dQkv = Memory.Values<T>((long)rows * packed);
        T* output = Memory.Values<T>((long)rows * heads * headWidth);
        T* dOutput = Memory.Values<T>((long)rows * heads * headWidth);
        float* lse = (float*)Memory.Values<F32>((long)rows * heads);

        // Each pair of a query and a key that it sees costs 2 · headWidth operations in each product: two products forward, five backward.
        double product = 2.0 * headWidth * batch * heads * sequence * (sequence + 1) / 2;
        string name = $"{typeof(T).Name}, {sequence} positions, {heads}/{kvHeads} heads of {headWidth}";
        var shape = new AttentionShape(batch, sequence, heads, kvHeads, headWidth);
        var queries = new AttentionQueries(new PositionRange(0, sequence));
        var inputs = AttentionHeads<T>.Packed(qkv, shape);
        var gradients = AttentionHeads<T>.Packed(dQkv, shape);
        Measure.Operations($"attention forward {name}", 2 * product, () => Attention.Forward(inputs, output, lse, shape, queries));
        Measure.Operations(
            $"attention backward {name}",
            5 * product,
            () => Attention.Backward(dOutput, inputs, output, lse, gradients, shape, queries));
    }

    public static void Rowwise<TX, T>()
        where TX : unmanaged, IElement<TX>
        where T : unmanaged, IElement<T>
    {
        string name = $"{typeof(TX).Name}/{typeof(T).Name}";
        long count = (long)Rows * Width;
        TX* x = Memory.Values<TX>(count);
        TX* sum = Memory.Values<TX>(count);
        TX* weight = Memory.Values<TX>(Width);
        T* y = Memory.Values<T>(count);
        float* inverse = (float*)Memory.Values<F32>(Rows);
        float* dWeight = (float*)Memory.Values<F32>(Width);
        Measure.Bytes($"rms norm forward {name}", count * (sizeof(TX) + sizeof(T)), () => RmsNorm.Forward(x, weight, y, inverse, Rows, Width, 1e-5f));
        Measure.Bytes(
            $"rms norm with addition {name}", count * (2 * (sizeof(TX) + sizeof(T))), () => RmsNorm.AddForward(x, y, sum, weight, y, inverse, Rows, Width, 1e-5f));
        Measure.Bytes(
            $"rms norm backward {name}",
            count * ((3 * sizeof(TX)) + sizeof(T)),
            () => RmsNorm.Backward(y, x, weight, inverse, sum, true, dWeight, Rows, Width));
    }

    public static void Elementwise<T>()
        where T : unmanaged, IElement<T>
    {
        string name = typeof(T).Name;
        int* ids = Memory.Ids(Rows, Vocab);
        T* wide = Memory.Values<T>(2L * Rows * Ffn);
        T* dWide = Memory.Values<T>(2L * Rows * Ffn);
        T* inner = Memory.Values<T>((long)Rows * Ffn);
        long activated = (long)Rows * Ffn;
        Measure.Bytes($"swiglu forward {name}", 3 * activated * sizeof(T), () => FeedForwardActivation.Forward(wide, inner, Rows, Ffn, Activation.SwiGlu));
        Measure.Bytes($"swiglu backward {name}", 5 * activated * sizeof(T), () => FeedForwardActivation.Backward(inner, wide, dWide, Rows, Ffn, Activation.SwiGlu));
        Measure.Bytes($"gelu forward {name}", 2 * activated * sizeof(T), () => FeedForwardActivation.Forward(wide, inner, Rows, Ffn, Activation.Gelu));
        Measure.Bytes($"gelu backward {name}", 3 * activated * sizeof(T), () => FeedForwardActivation.Backward(inner, wide, dWide, Rows, Ffn, Activation.Gelu));

        var table = new RopeTable(new RotaryPositions(256, 64, 10000));
        int[] positions = [.. Enumerable.Range(0, Rows).Select(row => row % 256)];
        Measure.Bytes($"rotary positions {name}", 2.0 * Rows * 12 * 64 * sizeof(T), () => Rope.Apply(wide, positions, 12, 64, 64, 18 * 64, table, false));

        float* losses = (float*)Memory.Values<F32>(Rows);
        T* logits = Memory.Values<T>((long)Rows * Vocab);
        Measure.Bytes($"cross-entropy {name}, vocabulary {Vocab}", 2.0 * Rows * Vocab * sizeof(T), () => CrossEntropy.Losses(logits, ids, losses, Rows, VocabularyShare.Whole(Vocab), 1f));

        T* embedded = Memory.Values<T>((long)Rows * Width);
        T* embeddings = Memory.Values<T>((long)Vocab * Width);
        Measure.Bytes($"embedding rows {name}", 2.0 * Rows * Width * sizeof(T), () => Embedding.Gather(embeddings, ids, embedded, Rows, Width, VocabularyShare.Whole(Vocab)));
        Measure.Bytes($"embedding gradient {name}", 1.0 * Rows * Width * sizeof(T), () => Embedding.ScatterAdd(embedded, ids, embeddings, Rows, Width, VocabularyShare.Whole(Vocab)));
    }

    public static void Optimizer<T>(int count)
        where T : unmanaged, IElement<T>
    {
        string name = $"{typeof(T).Name}, {count / 1e6:f1} M";
        float* sum = (float*)Memory.Values<F32>(count, 0.01f);
        float* master = (float*)Memory.Values<F32>(count);
        float* first = (float*)Memory.Values<F32>(count);
        float* second = (float*)Memory.Values<F32>(count);
        float* masterOut = (float*)Memory.Values<F32>(count);
        float* firstOut = (float*)Memory.Values<F32>(count);
        float* secondOut = (float*)Memory.Values<F32>(count);
        T* weights = Memory.Values<T>(count);
        T* gradient = Memory.Values<T>(count);
        Flat.Zero(second, count);
        var step = new AdamWStep(1e-3f, 0.1f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.05f);
        Measure.Bytes(
            $"adamw {name}, in place",
            count * (28.0 + sizeof(T)),
            () => AdamW.StepFromSum(sum, 1, master, first, second, master, first, second, weights, count, step));
        Measure.Bytes(
            $"adamw {name}, into other memory",
            count * (28.0 + sizeof(T)),
            () => AdamW.StepFromSum(sum, 1, master, first, second, masterOut, firstOut, secondOut, weights, count, step));
        T** ranks = stackalloc T*[] { gradient, weights };
        T** both = ranks;
        ElementType format = sizeof(T) == 2 ? ElementType.BFloat16 : ElementType.Float32;
        Measure.Bytes($"sum over two ranks {name}", count * (4.0 + (2 * sizeof(T))), () => SumKernels.Sum(format, (void**)both, 2, sum, count));
        Measure.Bytes($"conversion of fp32 to {name}", count * (4.0 + sizeof(T)), () => Flat.Convert((F32*)sum, weights, count));
        Measure.Bytes($"addition of {name}", count * (8.0 + sizeof(T)), () => Flat.Add((F32*)sum, gradient, count));
        Measure.Bytes($"sum of squares {count / 1e6:f1} M", count * 4.0, () => Flat.SumOfSquares(sum, count));
    }
}
