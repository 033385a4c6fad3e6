using Colossus.Specs.Jobs;
using static Colossus.Training.Tests.Published.Loops;

namespace Colossus.Training.Tests.Published;

/// <summary>
/// grok-1 as xai-org/grok-1 publishes it (model.py, run.py; March 2024), in double: <c>DecoderLayer</c> with a norm before and after attention and before and after the experts, attention
/// logits capped by tanh, embedding and logits multiplied by constants, a router whose probabilities are not divided by their sum, and experts with GELU gates.
/// </summary>
internal static class Grok1Reference
{
    /// <summary>Logits at every position, [tokens][vocab].</summary>
    /// <param name="model">Sizes and constants.</param>
    /// <param name="weights">Weights by their names in hpcai-tech/grok-1, matrices [outputs, inputs].</param>
    /// <param name="tokens">Token ids.</param>
    public static double[][] Logits(ModelSpec model, Func<string, double[]> weights, int[] tokens)
    {
        double[] embedding = weights("model.embed_tokens.weight");
        double[][] h = [.. tokens.Select(token => Scaled(Row(embedding, token, model.Hidden), model.EmbeddingScale))];
        double[] Norm(double[] x, string name) => RmsNorm(x, weights(name + ".scale"), 1e-5);
        for (int index = 0; index < model.Layers; index++)
        {
            string layer = $"model.layers.{index}.";
            double[][] attended = Attention(model, name => weights(layer + "attn." + name), [.. h.Select(x => Norm(x, layer + "pre_attn_norm"))]);
            h = [.. h.Zip(attended, (x, branch) => Plus(x, Norm(branch, layer + "post_attn_norm")))];
            h = [.. h.Select(x => Plus(x, Norm(FeedForward(model, name => weights(layer + name), Norm(x, layer + "pre_moe_norm")), layer + "post_moe_norm")))];
        }

        return [.. h.Select(x => Scaled(Times(embedding, Norm(x, "model.norm")), model.LogitScale))];
    }

    /// <summary>MoELayer: the sum of the chosen experts, each multiplied by its probability among all experts.</summary>
    /// <param name="router">[experts, hidden].</param>
    /// <param name="experts">What each expert makes of a token.</param>
    /// <param name="active">Experts that are chosen.</param>
    /// <param name="x">The token.</param>
    public static double[] Mixture(double[] router, IReadOnlyList<Func<double[], double[]>> experts, int active, double[] x)
    {
        double[] probabilities = Softmax(Times(router, x));
        return Top(probabilities, active).Select(expert => Scaled(experts[expert](x), probabilities[expert])).Aggregate(Plus);
    }

    // MultiHeadAttention: grouped queries, rotary positions by halves (rotate_half), attn_output_multiplier = 1 / √key_size, max_attn_val.
    private static double[][] Attention(ModelSpec model, Func<string, double[]> weights, double[][] x)
    {
        int width = model.HeadWidth;
        double[] Head(string matrix, int position, int head, bool turn)
        {
            double[] values = Row(Times(weights(matrix + "_proj.weight"), x[position]), head, width);
            return turn ? Rotated(values, position) : values;
        }

        double Score(double product) => model.ScoreCap * Math.Tanh(product / Math.Sqrt(width) / model.ScoreCap);
        return
        [
            .. Enumerable.Range(0, x.Length).Select(position => Times(
                weights("o_proj.weight"),
                [
                    .. Enumerable.Range(0, model.Heads).SelectMany(head =>
                    {
                        int kvHead = head / (model.Heads / model.KvHeads);
                        return Attend(
                            Head("q", position, head, turn: true),
                            [.. Enumerable.Range(0, position + 1).Select(past => Head("k", past, kvHead, turn: true))],
                            [.. Enumerable.Range(0, position + 1).Select(past => Head("v", past, kvHead, turn: false))],
                            Score);
                    }),
                ])),
        ];
    }

    private static double[] Rotated(double[] x, int position)
    {
        int half = x.Length / 2;
        double[] turned = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double phase = position / Math.Pow(10_000, 2.0 * (i % half) / x.Length);
            turned[i] = (x[i] * Math.Cos(phase)) + ((i < half ? -x[i + half] : x[i - half]) * Math.Sin(phase));
        }

        return turned;
    }

    // DenseBlock: linear_1(gelu(linear(x)) · linear_v(x)). Without experts, a dense part of the same form under the names that most decoders have.
    private static double[] FeedForward(ModelSpec model, Func<string, double[]> weights, double[] x)
    {
        if (model.Experts is not { } experts)
        {
            return Gated(weights("mlp.gate_proj.weight"), weights("mlp.up_proj.weight"), weights("mlp.down_proj.weight"), x, Gelu);
        }

        double[] Expert(int index, double[] token)
        {
            string expert = $"moe_block.experts.{index}.";
            return Gated(weights(expert + "linear.weight"), weights(expert + "linear_v.weight"), weights(expert + "linear_1.weight"), token, Gelu);
        }

        return Mixture(weights("moe_block.gate.weight"), [.. Enumerable.Range(0, experts.Count).Select(index => (Func<double[], double[]>)(token => Expert(index, token)))], experts.Active, x);
    }
}
