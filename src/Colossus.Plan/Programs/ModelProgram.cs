using Colossus.Plan.Programs.Operations;
using Colossus.Specs.Jobs;

namespace Colossus.Plan.Programs;

/// <summary>
/// The mathematics of a model, or of some consecutive blocks of it, over one micro-batch: the forward pass as operations over named values, before anything is sharded, fused or
/// given a place in memory. An architecture is what this file says; nothing else in the engine knows one.
/// </summary>
public sealed partial class ModelProgram
{
    private readonly ModelSpec model;
    private readonly WeightNames names;
    private readonly Extent tokens;
    private readonly Extent hidden;
    private readonly AttentionGeometry geometry;
    private readonly Extent queries;
    private readonly Extent keysOrValues;
    private readonly Extent results;
    private readonly Extent ffn;
    private readonly TokenRows rows;
    private readonly AttentionScope scope;
    private Value? firstVisible;

    private ModelProgram(ModelSpec model, int sequences, AttentionScope scope)
    {
        this.model = model;
        this.scope = scope;
        names = WeightNames.Of(model);
        tokens = new Extent(Dim.Token, sequences * model.Sequence);
        hidden = new Extent(Dim.Hidden, model.Hidden);
        queries = new Extent(Dim.Heads, model.Heads * model.ScoreWidth);
        keysOrValues = new Extent(Dim.KvHeads, model.KvHeads * model.HeadWidth);
        results = new Extent(Dim.Heads, model.Heads * model.ValueWidth);
        ffn = new Extent(Dim.Ffn, model.Ffn);
        rows = new TokenRows(model.Sequence);
        geometry = new AttentionGeometry(sequences, model.Sequence, model.Heads, model.KvHeads, model.ScoreWidth, model.ScoreCap)
        {
            ValueWidth = model.ValueWidth,
            Scale = model.ScoreScale,
        };
    }

    /// <summary>The number of blocks of a model: embedding, layers, head.</summary>
    /// <param name="model">The model.</param>
    public static int BlockCount(ModelSpec model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Layers + 2;
    }

    /// <summary>Describes consecutive blocks.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequences">Sequences of the micro-batch.</param>
    /// <param name="first">Index of the first block.</param>
    /// <param name="count">How many, 1 or more.</param>
    /// <param name="scope">What a token sees of its sequence.</param>
    /// <returns>The blocks; each reads the residual stream that the one before writes.</returns>
    public static IReadOnlyList<Block> Blocks(ModelSpec model, int sequences, int first, int count, AttentionScope scope = AttentionScope.Sequence)
    {
        ArgumentNullException.ThrowIfNull(model);
        var program = new ModelProgram(model, sequences, scope);
        var blocks = new List<Block>(count);
        Value? stream = first == 0 ? null : program.Stream($"blocks.{first}.input");
        for (int index = first; index < first + count; index++)
        {
            Block block = index == 0 ? program.Embedding()
                : index == BlockCount(model) - 1 ? program.Head(index, stream!)
                : program.Layer(index, stream!);
            blocks.Add(block);
            stream = block.Output;
        }

        return blocks;
    }

    /// <summary>Describes all blocks.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequences">Sequences of the micro-batch.</param>
    public static IReadOnlyList<Block> Blocks(ModelSpec model, int sequences) => Blocks(model, sequences, 0, BlockCount(model));

    private Block Embedding()
    {
        Value inputs = OnePerToken("tokens", ValueFormat.Token);
        Value output = Stream("embedding.output");
        List<Operation> operations = [new ReadTokens(inputs, TokenField.Id, rows), new EmbeddingLookup(inputs, EmbeddingTable(), output)];
        if (model.Positions == PositionKind.Learned)
        {
            operations.Add(new AddPositions(output, Matrix(0, names.Positions, new Extent(Dim.Position, model.Sequence), hidden), rows));
        }

        ScaleBy(operations, output, model.EmbeddingScale);
        return new Block(0, null, output, operations);
    }

    private Block Layer(int index, Value input)
    {
        string values = $"layers.{index - 1}.";
        var operations = new List<Operation>();
        if (scope == AttentionScope.Document && firstVisible is null)
        {
            // The first layer of a chunk reads it for all of them.
            firstVisible = OnePerToken("firstVisible", ValueFormat.Token);
            operations.Add(new ReadTokens(firstVisible, TokenField.FirstVisible, rows));
        }

        Value middle = Stream(values + "middle");
        Value output = Stream(values + "output");
        Attention(operations, index, input, middle, values);
        FeedForward(operations, index, middle, output, values);
        return new Block(index, input, output, operations);
    }

    private void Attention(List<Operation> operations, int block, Value input, Value output, string values)
    {
        int layer = block - 1;
        Value normalized = Normalize(operations, block, input, names.BeforeAttention(layer), values + "attention.normalized");
        Value qkv = model.Latent is { } latent ? LatentHeads(operations, block, normalized, latent, values) : Heads(operations, block, normalized, values);
        if (model.Positions == PositionKind.Rotary)
        {
            operations.Add(new Rotate(qkv, geometry, new RotaryPositions(model.Sequence, model.RotaryWidth, model.RopeBase, model.RopeScaling), rows));
        }

        Value attended = Branch(values + "attention.attended", results);
        Value logSumExp = new(values + "attention.logSumExp", ValueFormat.Single, tokens, new Extent(Dim.Heads, model.Heads));
        operations.Add(new CausalAttention(qkv, null, firstVisible, attended, logSumExp, geometry));

        Value branch = Branch(values + "attention.branch", hidden);
        Multiply(operations, attended, branch, IntoResidual(block, names.AttentionOut(layer), results));
        AddToStream(operations, block, input, branch, output, names.BehindAttention(layer));
    }

    private Value Heads(List<Operation> operations, int block, Value normalized, string values)
    {
        int layer = block - 1;
        Value qkv = Branch(values + "attention.qkv", queries, keysOrValues, keysOrValues);
        Multiply(
            operations,
            normalized,
            qkv,
            Matrix(block, names.Projection(layer, 'q'), queries, hidden),
            Matrix(block, names.Projection(layer, 'k'), keysOrValues, hidden),
            Matrix(block, names.Projection(layer, 'v'), keysOrValues, hidden));
        return model.QueryKeyNorm ? NormalizeHeads(operations, block, qkv, values) : qkv;
    }

    private void FeedForward(List<Operation> operations, int block, Value input, Value output, string values)
    {
        int layer = block - 1;
        Value normalized = Normalize(operations, block, input, names.BeforeFeedForward(layer), values + "ffn.normalized");
        Value branch = Branch(values + "ffn.branch", hidden);
        if (model.Experts is { } experts && layer >= experts.DenseLayers)
        {
            Experts(operations, block, experts, normalized, branch, values);
        }
        else
        {
            Dense(operations, block, ffn, (names.Gate(layer), names.Up(layer), names.Down(layer)), model.Biases, normalized, branch, values + "ffn");
        }

        AddToStream(operations, block, input, branch, output, names.BehindFeedForward(layer));
    }

    private void Dense(
        List<Operation> operations, int block, Extent width, (string Gate, string Up, string Down) matrices, bool biases, Value input, Value branch, string values)
    {
        Weight[] inputs = FirstMatrices(block, matrices.Gate, matrices.Up, width);
        Value inner = Branch(values + ".inner", [.. inputs.Select(matrix => matrix.Rows)]);
        Multiply(operations, biases, input, inner, inputs);

        Value activated = Branch(values + ".activated", width);
        operations.Add(new Activate(inner, activated, model.Activation));
        Multiply(operations, biases, activated, branch, IntoResidual(block, matrices.Down, width));
    }

    // The gate, where there is one, comes first.
    private Weight[] FirstMatrices(int block, string gate, string up, Extent width) =>
        [.. (model.Activation.IsGated() ? (string[])[gate, up] : [up]).Select(name => Matrix(block, name, width, hidden))];

    private Block Head(int index, Value input)
    {
        var operations = new List<Operation>();
        // The head's matrix is a bucket of its own: its gradient belongs to the backward pass where those of norms may come later.
        Value normalized = Normalize(operations, index, input, names.FinalNorm, "head.normalized");

        // Logits are linear in what the head reads: a factor there is a factor on them.
        ScaleBy(operations, normalized, model.LogitScale);
        Value targets = OnePerToken("targets", ValueFormat.Token);
        operations.Add(new ReadTokens(targets, TokenField.Target, rows));
        Weight matrix = model.TiedHead ? EmbeddingTable() with { Bucket = BucketOf(index + 1) } : Matrix(index + 1, names.Head, new Extent(Dim.Vocab, model.Vocab), hidden);
        operations.Add(new OutputHead(normalized, targets, matrix, OnePerToken("losses", ValueFormat.Single)));
        return new Block(index, input, null, operations);
    }

    private void AddToStream(List<Operation> operations, int block, Value input, Value branch, Value output, string postNorm)
    {
        Value added = model.PostNorm ? Normalize(operations, block, branch, postNorm, branch.Name + ".normalized") : branch;
        operations.Add(new Add(input, added, output));
    }

    private void Multiply(List<Operation> operations, Value input, Value output, params Weight[] matrices) => Multiply(operations, model.Biases, input, output, matrices);

    private static void Multiply(List<Operation> operations, bool biases, Value input, Value output, params Weight[] matrices)
    {
        operations.Add(new Product(input, output, matrices));
        if (biases)
        {
            operations.Add(new AddBias(output, [.. matrices.Select(matrix => new Weight(WeightNames.BiasOf(matrix.Name), matrix.Rows, null, WeightStart.Zero, matrix.Bucket))]));
        }
    }

    private Value Normalize(List<Operation> operations, int block, Value input, string norm, string name)
    {
        Extent width = input.Columns[0];
        Value output = Branch(name, width);
        Weight scale = Vector(norm + names.NormScale, width, WeightStart.One, block);
        operations.Add(model.Norm switch
        {
            NormKind.LayerNorm => new LayerNormalize(input, scale, Vector(norm + ".bias", width, WeightStart.Zero, block), output, model.NormEpsilon),
            _ => new Normalize(input, scale, output, OnePerToken(name + ".inverseRms", ValueFormat.Single), model.NormEpsilon),
        });
        return output;
    }

    private Value NormalizeHeads(List<Operation> operations, int block, Value qkv, string values)
    {
        Value output = qkv.Like(values + "attention.normalizedHeads", qkv.Format);
        var width = new Extent(Dim.HeadWidth, model.HeadWidth);
        Weight Scale(char letter) => Vector(names.HeadNorm(block - 1, letter), width, WeightStart.One, block);
        operations.Add(new NormalizeHeads(qkv, Scale('q'), Scale('k'), output, geometry, model.NormEpsilon));
        return output;
    }

    private static void ScaleBy(List<Operation> operations, Value value, double factor)
    {
        if (factor != 1)
        {
            operations.Add(new Scale(value, factor));
        }
    }

    private Value Stream(string name) => new(name, ValueFormat.Residual, tokens, hidden);

    private Value Branch(string name, params Extent[] columns) => new(name, ValueFormat.Product, tokens, columns);

    private Value OnePerToken(string name, ValueFormat format) => new(name, format, tokens, new Extent(Dim.One, 1));

    private Weight EmbeddingTable() => Matrix(0, names.Embedding, new Extent(Dim.Vocab, model.Vocab), hidden);

    // The experts of a layer are a bucket of their own behind the layer's, and the head's matrix is one behind that of its norm.
    private int BucketOf(int block) => model.Experts is { } experts ? block + Math.Clamp(block - 1 - experts.DenseLayers, 0, model.Layers - experts.DenseLayers) : block;

    private Weight IntoResidual(int block, string name, Extent inputs) => new(name, hidden, inputs, WeightStart.IntoResidual, BucketOf(block));

    private Weight Vector(string name, Extent elements, WeightStart start, int block) => new(name, elements, null, start, BucketOf(block));

    private Weight Matrix(int block, string name, Extent outputs, Extent inputs) => new(name, outputs, inputs, WeightStart.Normal, BucketOf(block));
}
