using Colossus.Plan.Programs.Operations;
using Colossus.Specs.Jobs;

namespace Colossus.Plan.Programs;

/// <summary>
/// The mathematics of a model, or of some consecutive blocks of it, over one micro-batch: the forward pass as operations over named values, before anything is sharded, fused or
/// given a place in memory. An architecture is what this file says; nothing else in the engine knows one.
/// </summary>
public sealed class ModelProgram
{
    private readonly ModelSpec model;
    private readonly Extent tokens;
    private readonly Extent hidden;
    private readonly AttentionGeometry geometry;
    private readonly Extent queries;
    private readonly Extent keysOrValues;
    private readonly Extent ffn;

    private ModelProgram(ModelSpec model, int sequences)
    {
        if (model.Experts is not null)
        {
            throw new NotSupportedException("a mixture of experts cannot be trained yet");
        }

        this.model = model;
        tokens = new Extent(Dim.Token, sequences * model.Sequence);
        hidden = new Extent(Dim.Hidden, model.Hidden);
        queries = new Extent(Dim.Heads, model.Heads * model.HeadWidth);
        keysOrValues = new Extent(Dim.KvHeads, model.KvHeads * model.HeadWidth);
        ffn = new Extent(Dim.Ffn, model.Ffn);
        geometry = new AttentionGeometry(sequences, model.Sequence, model.Heads, model.KvHeads, model.HeadWidth, model.RopeBase);
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
    /// <returns>The blocks; each reads the residual stream that the one before writes.</returns>
    /// <exception cref="NotSupportedException">The model has experts.</exception>
    public static IReadOnlyList<Block> Blocks(ModelSpec model, int sequences, int first, int count)
    {
        ArgumentNullException.ThrowIfNull(model);
        var program = new ModelProgram(model, sequences);
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
        return new Block(0, null, output, [new ReadTokens(inputs, targets: false), new EmbeddingLookup(inputs, EmbeddingTable(), output)]);
    }

    private Block Layer(int index, Value input)
    {
        string weights = $"model.layers.{index - 1}.";
        string values = $"layers.{index - 1}.";
        var operations = new List<Operation>();
        Value middle = Stream(values + "middle");
        Value output = Stream(values + "output");
        Attention(operations, index, input, middle, weights, values);
        FeedForward(operations, index, middle, output, weights, values);
        return new Block(index, input, output, operations);
    }

    private void Attention(List<Operation> operations, int block, Value input, Value output, string weights, string values)
    {
        Value normalized = Normalize(operations, block, input, weights + "input_layernorm.weight", values + "attention.normalized");
        Value qkv = Branch(values + "attention.qkv", queries, keysOrValues, keysOrValues);
        operations.Add(new Product(
            normalized,
            qkv,
            Matrix(block, weights + "self_attn.q_proj.weight", queries, hidden),
            Matrix(block, weights + "self_attn.k_proj.weight", keysOrValues, hidden),
            Matrix(block, weights + "self_attn.v_proj.weight", keysOrValues, hidden)));
        operations.Add(new Rotate(qkv, geometry));

        Value attended = Branch(values + "attention.attended", queries);
        Value logSumExp = new(values + "attention.logSumExp", ValueFormat.Single, tokens, new Extent(Dim.Heads, model.Heads));
        operations.Add(new CausalAttention(qkv, attended, logSumExp, geometry));

        Value branch = Branch(values + "attention.branch", hidden);
        operations.Add(new Product(attended, branch, IntoResidual(block, weights + "self_attn.o_proj.weight", queries)));
        operations.Add(new Add(input, branch, output));
    }

    private void FeedForward(List<Operation> operations, int block, Value input, Value output, string weights, string values)
    {
        Value normalized = Normalize(operations, block, input, weights + "post_attention_layernorm.weight", values + "ffn.normalized");
        Weight up = Matrix(block, weights + "mlp.up_proj.weight", ffn, hidden);
        bool gated = model.Activation.IsGated();
        Value inner = gated ? Branch(values + "ffn.gateUp", ffn, ffn) : Branch(values + "ffn.up", ffn);
        operations.Add(gated ? new Product(normalized, inner, Matrix(block, weights + "mlp.gate_proj.weight", ffn, hidden), up) : new Product(normalized, inner, up));

        Value activated = Branch(values + "ffn.activated", ffn);
        operations.Add(new Activate(inner, activated, model.Activation));

        Value branch = Branch(values + "ffn.branch", hidden);
        operations.Add(new Product(activated, branch, IntoResidual(block, weights + "mlp.down_proj.weight", ffn)));
        operations.Add(new Add(input, branch, output));
    }

    private Block Head(int index, Value input)
    {
        var operations = new List<Operation>();
        Value normalized = Normalize(operations, index, input, "model.norm.weight", "head.normalized");
        Value targets = OnePerToken("targets", ValueFormat.Token);
        operations.Add(new ReadTokens(targets, targets: true));
        Weight matrix = model.TiedHead ? EmbeddingTable() : Matrix(index, "lm_head.weight", new Extent(Dim.Vocab, model.Vocab), hidden);
        operations.Add(new OutputHead(normalized, targets, matrix, OnePerToken("losses", ValueFormat.Single)));
        return new Block(index, input, null, operations);
    }

    private Value Normalize(List<Operation> operations, int block, Value input, string weight, string name)
    {
        Value output = Branch(name, hidden);
        operations.Add(new Normalize(
            input, new Weight(weight, hidden, null, WeightStart.One, block), output, OnePerToken(name + ".inverseRms", ValueFormat.Single), model.NormEpsilon));
        return output;
    }

    private Value Stream(string name) => new(name, ValueFormat.Residual, tokens, hidden);

    private Value Branch(string name, params Extent[] columns) => new(name, ValueFormat.Product, tokens, columns);

    private Value OnePerToken(string name, ValueFormat format) => new(name, format, tokens, new Extent(Dim.One, 1));

    private Weight EmbeddingTable() => Matrix(0, "model.embed_tokens.weight", new Extent(Dim.Vocab, model.Vocab), hidden);

    private Weight IntoResidual(int block, string name, Extent inputs) => new(name, hidden, inputs, WeightStart.IntoResidual, block);

    private static Weight Matrix(int block, string name, Extent outputs, Extent inputs) => new(name, outputs, inputs, WeightStart.Normal, block);
}
