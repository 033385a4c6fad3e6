using Colossus.Plan.Parameters;
using Colossus.Specs.Jobs;
using Colossus.Training.Kernels;

namespace Colossus.Training.Model;

/// <summary>
/// One layer: x + attention(norm(x)), then x + feedForward(norm(x)). The forward pass keeps what the backward pass needs; both are written out,
/// so that gradients land in the flat vector and the order of work is the text's.
/// </summary>
/// <typeparam name="TResidual">Type of the residual stream and of gradients.</typeparam>
/// <typeparam name="T">Type of the operands of products.</typeparam>
internal sealed unsafe class TransformerBlock<TResidual, T> : IDisposable
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly ModelSpec model;
    private readonly RopeTable rope;
    private readonly Scratch<T> scratch;
    private readonly int rows;
    private readonly Norm<TResidual, T> attentionNorm;
    private readonly Norm<TResidual, T> feedForwardNorm;
    private readonly Matrix<T> qkv;
    private readonly Matrix<T> attention;
    private readonly float* logSumExp;
    private readonly Matrix<T> gateUp;
    private readonly Matrix<T> inner;
    private Linear<TResidual, T>? qkvProjection;
    private Linear<TResidual, T>? outputProjection;
    private Linear<TResidual, T>? gateUpProjection;
    private Linear<TResidual, T>? downProjection;

    public TransformerBlock(Arena arena, ModelSpec model, int rows, RopeTable rope, Scratch<T> scratch)
    {
        this.model = model;
        this.rows = rows;
        this.rope = rope;
        this.scratch = scratch;
        attentionNorm = new Norm<TResidual, T>(arena, rows, model.Hidden, model.NormEpsilon, scratch.DNorm);
        feedForwardNorm = new Norm<TResidual, T>(arena, rows, model.Hidden, model.NormEpsilon, scratch.DNorm);
        qkv = Matrix<T>.In(arena, rows, (model.Heads + (2 * model.KvHeads)) * model.HeadWidth);
        attention = Matrix<T>.In(arena, rows, model.Heads * model.HeadWidth);
        logSumExp = arena.Take<float>((long)rows * model.Heads);
        gateUp = Matrix<T>.In(arena, rows, scratch.DGateUp.Columns);
        inner = Matrix<T>.In(arena, rows, model.Ffn);
    }

    /// <summary>The residual stream as it enters the layer; layer 0's is filled from the embedding.</summary>
    public Matrix<TResidual> Input => attentionNorm.Input;

    /// <summary>The residual stream between attention and the feed-forward part.</summary>
    public Matrix<TResidual> Middle => feedForwardNorm.Input;

    /// <summary>Points the layer at its parameters.</summary>
    /// <param name="table">All parameters.</param>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="weights">The flat vectors.</param>
    public void Bind(ParameterTable table, int layer, BoundWeights<TResidual, T> weights)
    {
        Unbind();
        string prefix = $"model.layers.{layer}.";
        BindNorm(attentionNorm, table[prefix + "input_layernorm.weight"], weights);
        BindNorm(feedForwardNorm, table[prefix + "post_attention_layernorm.weight"], weights);

        // q, k, v and gate, up touch in the flat vector: each group is one matrix.
        var firstOfGateUp = table[prefix + (model.Activation.IsGated() ? "mlp.gate_proj.weight" : "mlp.up_proj.weight")];
        qkvProjection = BindLinear(table[prefix + "self_attn.q_proj.weight"], qkv.Columns, model.Hidden, weights);
        outputProjection = BindLinear(table[prefix + "self_attn.o_proj.weight"], model.Hidden, attention.Columns, weights);
        gateUpProjection = BindLinear(firstOfGateUp, gateUp.Columns, model.Hidden, weights);
        downProjection = BindLinear(table[prefix + "mlp.down_proj.weight"], model.Hidden, model.Ffn, weights);
    }

    /// <summary>Runs the layer.</summary>
    /// <param name="before">The residual stream before the last branch, or null when <see cref="Input"/> is filled already (layer 0).</param>
    /// <returns>What the feed-forward part adds to <see cref="Middle"/>, [rows, hidden]; valid until the next layer runs.</returns>
    public Matrix<T> Forward(Matrix<TResidual>? before)
    {
        if (before is null)
        {
            attentionNorm.Forward();
        }
        else
        {
            attentionNorm.AddForward(before, scratch.BranchOutput);
        }

        int batch = rows / model.Sequence;
        qkvProjection!.Forward(attentionNorm.Output, qkv);
        Rope.Apply(qkv.Data, rows, model.Sequence, model.Heads + model.KvHeads, model.HeadWidth, qkv.Columns, rope, inverse: false);
        Attention.Forward(qkv.Data, attention.Data, logSumExp, batch, model.Sequence, model.Heads, model.KvHeads, model.HeadWidth);
        outputProjection!.Forward(attention, scratch.BranchOutput);

        feedForwardNorm.AddForward(Input, scratch.BranchOutput);
        gateUpProjection!.Forward(feedForwardNorm.Output, gateUp);
        FeedForwardActivation.Forward(gateUp.Data, inner.Data, rows, model.Ffn, model.Activation);
        downProjection!.Forward(inner, scratch.BranchOutput);
        return scratch.BranchOutput;
    }

    /// <summary>Turns the gradient of the layer's output into that of its input, and stores the gradients of its parameters.</summary>
    /// <param name="dResidual">Gradient of the residual stream, [rows, hidden]; updated in place.</param>
    /// <param name="accumulate">Whether to add to the parameters' gradients that are there.</param>
    public void Backward(Matrix<TResidual> dResidual, bool accumulate)
    {
        var dBranch = InProductType(dResidual);
        downProjection!.BackwardWeight(dBranch, inner, accumulate);
        downProjection.BackwardInput(dBranch, scratch.DInner);
        FeedForwardActivation.Backward(scratch.DInner.Data, gateUp.Data, scratch.DGateUp.Data, rows, model.Ffn, model.Activation);
        gateUpProjection!.BackwardWeight(scratch.DGateUp, feedForwardNorm.Output, accumulate);
        gateUpProjection.BackwardInput(scratch.DGateUp, scratch.DHidden);
        feedForwardNorm.Backward(scratch.DHidden, dResidual, accumulateInput: true, accumulate);

        int batch = rows / model.Sequence;
        dBranch = InProductType(dResidual);
        outputProjection!.BackwardWeight(dBranch, attention, accumulate);
        outputProjection.BackwardInput(dBranch, scratch.DAttention);
        Attention.Backward(
            scratch.DAttention.Data, qkv.Data, attention.Data, logSumExp, scratch.DQkv.Data, batch, model.Sequence, model.Heads, model.KvHeads, model.HeadWidth);
        Rope.Apply(scratch.DQkv.Data, rows, model.Sequence, model.Heads + model.KvHeads, model.HeadWidth, qkv.Columns, rope, inverse: true);
        qkvProjection!.BackwardWeight(scratch.DQkv, attentionNorm.Output, accumulate);
        qkvProjection.BackwardInput(scratch.DQkv, scratch.DHidden);
        attentionNorm.Backward(scratch.DHidden, dResidual, accumulateInput: true, accumulate);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Unbind();
        attentionNorm.Dispose();
        feedForwardNorm.Dispose();
        foreach (var matrix in (Matrix<T>[])[qkv, attention, gateUp, inner])
        {
            matrix.Dispose();
        }
    }

    private static void BindNorm(Norm<TResidual, T> norm, Parameter parameter, BoundWeights<TResidual, T> weights) =>
        norm.Bind(weights.WeightOf(parameter), weights.GradientOf(parameter));

    private Linear<TResidual, T> BindLinear(Parameter first, int outputs, int inputs, BoundWeights<TResidual, T> weights) =>
        new(weights.MatrixOf(first), weights.GradientOf(first), outputs, inputs, scratch.Product);

    private Matrix<T> InProductType(Matrix<TResidual> gradient)
    {
        if (typeof(T) == typeof(TResidual))
        {
            return (Matrix<T>)(object)gradient;
        }

        Flat.Convert(gradient.Data, scratch.DBranch.Data, gradient.Count);
        return scratch.DBranch;
    }

    private void Unbind()
    {
        qkvProjection?.Dispose();
        outputProjection?.Dispose();
        gateUpProjection?.Dispose();
        downProjection?.Dispose();
    }
}
