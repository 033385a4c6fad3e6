using Colossus.Plan.Parameters;
using Colossus.Specs.Jobs;
using Colossus.Training.Kernels;

namespace Colossus.Training.Model;

/// <summary>The decoder: embedding, layers, final norm, head with its loss. Memory for one micro-batch is taken once.</summary>
/// <typeparam name="TResidual">Type of the residual stream and of gradients.</typeparam>
/// <typeparam name="T">Type of the operands of products.</typeparam>
internal sealed unsafe class Transformer<TResidual, T> : ITransformer
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    // A large vocabulary makes logits the largest tensor of all: the head works on so many of them at a time.
    private const int LogitsAtOnce = 8 << 20;

    private readonly ModelSpec model;
    private readonly ParameterTable table;
    private readonly Arena arena = new();
    private readonly int rows;
    private readonly Scratch<T> scratch;
    private readonly TransformerBlock<TResidual, T>[] blocks;
    private readonly Norm<TResidual, T> finalNorm;
    private readonly Matrix<TResidual> dResidual;
    private readonly Matrix<T> dFinal;
    private readonly List<(Matrix<T> Hidden, Matrix<T> DHidden, Matrix<T> Logits, int Start)> headChunks = [];
    private readonly float* losses;
    private BoundWeights<TResidual, T> bound;
    private Linear<TResidual, T>? head;

    /// <summary>Takes the memory for micro-batches of a size.</summary>
    /// <param name="model">The model.</param>
    /// <param name="table">Its parameters.</param>
    /// <param name="microBatch">Sequences of a micro-batch.</param>
    public Transformer(ModelSpec model, ParameterTable table, int microBatch)
    {
        this.model = model;
        this.table = table;
        rows = microBatch * model.Sequence;
        scratch = new Scratch<T>(arena, model, rows);
        var rope = new RopeTable(model.Sequence, model.HeadWidth, model.RopeBase);
        blocks = [.. Enumerable.Range(0, model.Layers).Select(_ => new TransformerBlock<TResidual, T>(arena, model, rows, rope, scratch))];
        finalNorm = new Norm<TResidual, T>(arena, rows, model.Hidden, model.NormEpsilon, scratch.DNorm);
        dResidual = Matrix<TResidual>.In(arena, rows, model.Hidden);
        dFinal = Matrix<T>.In(arena, rows, model.Hidden);
        losses = arena.Take<float>(rows);

        int chunkRows = Math.Clamp(LogitsAtOnce / model.Vocab, 1, rows);
        T* logits = arena.Take<T>((long)chunkRows * model.Vocab);
        for (int start = 0; start < rows; start += chunkRows)
        {
            int count = Math.Min(chunkRows, rows - start);
            headChunks.Add((finalNorm.Output.RowRange(start, count), dFinal.RowRange(start, count), new Matrix<T>(logits, count, model.Vocab), start));
        }
    }

    /// <inheritdoc/>
    public void Bind(nint weights, nint matrices, nint gradients)
    {
        bound = new BoundWeights<TResidual, T>((TResidual*)weights, (T*)matrices, (TResidual*)gradients);
        for (int layer = 0; layer < blocks.Length; layer++)
        {
            blocks[layer].Bind(table, layer, bound);
        }

        var norm = table["model.norm.weight"];
        finalNorm.Bind(bound.WeightOf(norm), bound.GradientOf(norm));
        var output = table[model.TiedHead ? "model.embed_tokens.weight" : "lm_head.weight"];
        head?.Dispose();
        head = new Linear<TResidual, T>(bound.MatrixOf(output), bound.GradientOf(output), model.Vocab, model.Hidden, scratch.Product);
    }

    /// <inheritdoc/>
    public double ForwardBackward(ReadOnlySpan<int> inputs, ReadOnlySpan<int> targets, float scale, bool accumulate, Action<int> bucketDone)
    {
        RunLayers(inputs);
        double loss = HeadForwardBackward(targets, scale, accumulate);
        finalNorm.Backward(dFinal, dResidual, accumulateInput: false, accumulate);
        bucketDone(blocks.Length + 1);
        for (int layer = blocks.Length - 1; layer >= 0; layer--)
        {
            blocks[layer].Backward(dResidual, accumulate);
            bucketDone(layer + 1);
        }

        EmbeddingBackward(inputs, accumulate);
        bucketDone(0);
        return loss;
    }

    /// <inheritdoc/>
    public double Evaluate(ReadOnlySpan<int> inputs, ReadOnlySpan<int> targets)
    {
        RunLayers(inputs);
        fixed (int* target = targets)
        {
            foreach (var (hidden, _, logits, start) in headChunks)
            {
                head!.Forward(hidden, logits);
                CrossEntropy.ForwardOnly(logits.Data, target + start, losses + start, logits.Rows, model.Vocab);
            }
        }

        return SumOfLosses();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        head?.Dispose();
        foreach (var block in blocks)
        {
            block.Dispose();
        }

        foreach (var (hidden, dHidden, logits, _) in headChunks)
        {
            hidden.Dispose();
            dHidden.Dispose();
            logits.Dispose();
        }

        finalNorm.Dispose();
        dResidual.Dispose();
        dFinal.Dispose();
        scratch.Dispose();
        arena.Dispose();
    }

    private void RunLayers(ReadOnlySpan<int> inputs)
    {
        fixed (int* ids = inputs)
        {
            Embedding.Gather(bound.WeightOf(table["model.embed_tokens.weight"]), ids, blocks[0].Input.Data, rows, model.Hidden);
        }

        Matrix<TResidual>? before = null;
        foreach (var block in blocks)
        {
            block.Forward(before);
            before = block.Middle;
        }

        finalNorm.AddForward(before!, scratch.BranchOutput);
    }

    private double HeadForwardBackward(ReadOnlySpan<int> targets, float scale, bool accumulate)
    {
        bool add = accumulate;
        fixed (int* target = targets)
        {
            foreach (var (hidden, dHidden, logits, start) in headChunks)
            {
                head!.Forward(hidden, logits);
                CrossEntropy.ForwardBackward(logits.Data, target + start, losses + start, logits.Rows, model.Vocab, scale);
                head.BackwardInput(logits, dHidden);
                head.BackwardWeight(logits, hidden, add);
                add = true;
            }
        }

        return SumOfLosses();
    }

    private void EmbeddingBackward(ReadOnlySpan<int> inputs, bool accumulate)
    {
        var embedding = table["model.embed_tokens.weight"];
        var gradient = bound.GradientOf(embedding);
        if (!accumulate && !model.TiedHead)
        {
            Flat.Zero(gradient, embedding.Count);
        }

        fixed (int* ids = inputs)
        {
            Embedding.ScatterAdd(dResidual.Data, ids, gradient, rows, model.Hidden);
        }
    }

    // In the order of rows, in double: the same for any number of threads.
    private double SumOfLosses()
    {
        double sum = 0;
        for (int row = 0; row < rows; row++)
        {
            sum += losses[row];
        }

        return sum;
    }
}
