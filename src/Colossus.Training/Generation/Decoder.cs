using System.Numerics.Tensors;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Generation;

/// <summary>
/// Runs a model one token at a time with a cache of keys and values, in plain fp32. Written apart from the training code on purpose:
/// the two are tested against each other.
/// </summary>
internal sealed class Decoder
{
    private readonly ModelSpec model;
    private readonly DecoderWeights weights;
    private readonly float[][] keys;
    private readonly float[][] values;
    private readonly float[] residual;
    private readonly float[] normed;
    private readonly float[] query;
    private readonly float[] attended;
    private readonly float[] branch;
    private readonly float[] gate;
    private readonly float[] up;
    private readonly float[] scores;
    private readonly float[] logits;

    /// <summary>Prepares a decoder at position 0.</summary>
    public Decoder(ModelSpec model, DecoderWeights weights)
    {
        this.model = model;
        this.weights = weights;
        int keyWidth = model.KvHeads * model.HeadWidth;
        keys = [.. Enumerable.Range(0, model.Layers).Select(_ => new float[model.Sequence * keyWidth])];
        values = [.. Enumerable.Range(0, model.Layers).Select(_ => new float[model.Sequence * keyWidth])];
        residual = new float[model.Hidden];
        normed = new float[model.Hidden];
        query = new float[model.Heads * model.HeadWidth];
        attended = new float[query.Length];
        branch = new float[model.Hidden];
        gate = new float[model.Ffn];
        up = new float[model.Ffn];
        scores = new float[model.Sequence];
        logits = new float[model.Vocab];
    }

    /// <summary>Tokens seen so far; at most the model's sequence length.</summary>
    public int Position { get; private set; }

    /// <summary>Forgets all tokens.</summary>
    public void Reset() => Position = 0;

    /// <summary>Appends a token.</summary>
    /// <param name="token">Its id, below the vocabulary's size.</param>
    /// <returns>The logits of the next token, [vocab]; valid until the next call.</returns>
    public ReadOnlySpan<float> Append(int token)
    {
        weights["model.embed_tokens.weight"].Slice(token * model.Hidden, model.Hidden).CopyTo(residual);
        for (int layer = 0; layer < model.Layers; layer++)
        {
            string prefix = $"model.layers.{layer}.";
            Normalise(weights[prefix + "input_layernorm.weight"]);
            Attend(prefix, layer);
            Multiply(prefix + "self_attn.o_proj.weight", attended, branch);
            TensorPrimitives.Add(residual, branch, residual);

            Normalise(weights[prefix + "post_attention_layernorm.weight"]);
            FeedForward(prefix);
            TensorPrimitives.Add(residual, branch, residual);
        }

        Normalise(weights["model.norm.weight"]);
        Multiply(model.TiedHead ? "model.embed_tokens.weight" : "lm_head.weight", normed, logits);
        Position++;
        return logits;
    }

    private void Normalise(ReadOnlySpan<float> weight)
    {
        float meanSquare = TensorPrimitives.SumOfSquares(residual) / residual.Length;
        float scale = 1f / MathF.Sqrt(meanSquare + (float)model.NormEpsilon);
        TensorPrimitives.Multiply(residual, scale, normed);
        TensorPrimitives.Multiply(normed, weight, normed);
    }

    private void Attend(string prefix, int layer)
    {
        int width = model.HeadWidth;
        int keyWidth = model.KvHeads * width;
        var key = keys[layer].AsSpan(Position * keyWidth, keyWidth);
        Multiply(prefix + "self_attn.q_proj.weight", normed, query);
        Multiply(prefix + "self_attn.k_proj.weight", normed, key);
        Multiply(prefix + "self_attn.v_proj.weight", normed, values[layer].AsSpan(Position * keyWidth, keyWidth));
        Turn(query);
        Turn(key);

        attended.AsSpan().Clear();
        int queriesPerKey = model.Heads / model.KvHeads;
        for (int head = 0; head < model.Heads; head++)
        {
            int offset = head / queriesPerKey * width;
            var seen = scores.AsSpan(0, Position + 1);
            for (int position = 0; position <= Position; position++)
            {
                var past = keys[layer].AsSpan((position * keyWidth) + offset, width);
                seen[position] = TensorPrimitives.Dot(query.AsSpan(head * width, width), past) / MathF.Sqrt(width);
            }

            // The library's softmax takes exponentials as they are; a trained model's scores overflow them.
            TensorPrimitives.Subtract(seen, TensorPrimitives.Max(seen), seen);
            TensorPrimitives.SoftMax(seen, seen);
            var output = attended.AsSpan(head * width, width);
            for (int position = 0; position <= Position; position++)
            {
                TensorPrimitives.MultiplyAdd(values[layer].AsSpan((position * keyWidth) + offset, width), seen[position], output, output);
            }
        }
    }

    // Rotary positions (arXiv 2104.09864) with Hugging Face's pairing: element i turns with element i + width / 2.
    private void Turn(Span<float> heads)
    {
        int half = model.HeadWidth / 2;
        for (int start = 0; start < heads.Length; start += model.HeadWidth)
        {
            for (int i = 0; i < half; i++)
            {
                double angle = Position * Math.Pow(model.RopeBase, -2.0 * i / model.HeadWidth);
                float cosine = (float)Math.Cos(angle);
                float sine = (float)Math.Sin(angle);
                float first = heads[start + i];
                float second = heads[start + half + i];
                heads[start + i] = (first * cosine) - (second * sine);
                heads[start + half + i] = (second * cosine) + (first * sine);
            }
        }
    }

    private void FeedForward(string prefix)
    {
        Multiply(prefix + "mlp.up_proj.weight", normed, up);
        if (model.Activation.IsGated())
        {
            Multiply(prefix + "mlp.gate_proj.weight", normed, gate);
        }

        for (int i = 0; i < up.Length; i++)
        {
            up[i] = model.Activation switch
            {
                Activation.SwiGlu => gate[i] / (1 + MathF.Exp(-gate[i])) * up[i],
                Activation.GeGlu => Gelu(gate[i]) * up[i],
                Activation.Gelu => Gelu(up[i]),
                _ => MathF.Max(up[i], 0) * MathF.Max(up[i], 0),
            };
        }

        Multiply(prefix + "mlp.down_proj.weight", up, branch);
    }

    private static float Gelu(float x) => 0.5f * x * (1 + MathF.Tanh(0.7978845608f * (x + (0.044715f * x * x * x))));

    private void Multiply(string matrix, ReadOnlySpan<float> x, Span<float> y)
    {
        var rows = weights[matrix];
        for (int row = 0; row < y.Length; row++)
        {
            y[row] = TensorPrimitives.Dot(rows.Slice(row * x.Length, x.Length), x);
        }
    }
}
