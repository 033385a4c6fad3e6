using System.Numerics;
using Colossus.Specs.Jobs;
using static Colossus.Training.Tests.Published.Loops;

namespace Colossus.Training.Tests.Published;

/// <summary>Llama 3 (arXiv 2407.21783) as meta-llama/llama-models publishes it (models/llama3/model.py), in double: grouped queries, SwiGLU, rotary positions as complex numbers of neighbours.</summary>
internal static class Llama3Reference
{
    /// <summary>Logits at every position, [tokens][vocab].</summary>
    /// <param name="model">Sizes and constants.</param>
    /// <param name="weights">Weights by Hugging Face's names, matrices [outputs, inputs].</param>
    /// <param name="tokens">Token ids.</param>
    public static double[][] Logits(ModelSpec model, Func<string, double[]> weights, int[] tokens)
    {
        double[] embedding = weights("model.embed_tokens.weight");
        double[][] h = [.. tokens.Select(token => Row(embedding, token, model.Hidden))];
        double[] Norm(double[] x, string name) => RmsNorm(x, weights(name + ".weight"), model.NormEpsilon);
        for (int index = 0; index < model.Layers; index++)
        {
            string layer = $"model.layers.{index}.";
            double[][] attended = Attention(model, name => weights(layer + "self_attn." + name), [.. h.Select(x => Norm(x, layer + "input_layernorm"))]);
            h = [.. h.Zip(attended, Plus)];
            h =
            [
                .. h.Select(x => Plus(
                    x,
                    Gated(weights(layer + "mlp.gate_proj.weight"), weights(layer + "mlp.up_proj.weight"), weights(layer + "mlp.down_proj.weight"), Norm(x, layer + "post_attention_layernorm"), Silu))),
            ];
        }

        return [.. h.Select(x => Times(weights("lm_head.weight"), Norm(x, "model.norm")))];
    }

    private static double[][] Attention(ModelSpec model, Func<string, double[]> weights, double[][] x)
    {
        int width = model.HeadWidth;
        double[] queries = Unpermuted(weights("q_proj.weight"), model.Heads, width, model.Hidden);
        double[] keys = Unpermuted(weights("k_proj.weight"), model.KvHeads, width, model.Hidden);
        double[] values = weights("v_proj.weight");
        return
        [
            .. Enumerable.Range(0, x.Length).Select(position => Times(
                weights("o_proj.weight"),
                [
                    .. Enumerable.Range(0, model.Heads).SelectMany(head =>
                    {
                        int kvHead = head / (model.Heads / model.KvHeads);
                        return Attend(
                            Rotated(model, Row(Times(queries, x[position]), head, width), position),
                            [.. Enumerable.Range(0, position + 1).Select(past => Rotated(model, Row(Times(keys, x[past]), kvHead, width), past))],
                            [.. Enumerable.Range(0, position + 1).Select(past => Row(Times(values, x[past]), kvHead, width))],
                            product => product / Math.Sqrt(width));
                    }),
                ])),
        ];
    }

    // Hugging Face's conversion (permute in convert_llama_weights_to_hf.py) puts the first elements of all pairs of a head before the second ones; this takes it back.
    private static double[] Unpermuted(double[] matrix, int heads, int width, int inputs)
    {
        double[] published = new double[matrix.Length];
        for (int row = 0; row < heads * width; row++)
        {
            int element = row % width;
            int from = row - element + (element % 2 * (width / 2)) + (element / 2);
            Row(matrix, from, inputs).CopyTo(published, row * inputs);
        }

        return published;
    }

    // apply_rotary_emb with precompute_freqs_cis.
    private static double[] Rotated(ModelSpec model, double[] x, int position)
    {
        double[] turned = new double[x.Length];
        for (int i = 0; i < x.Length; i += 2)
        {
            double frequency = 1 / Math.Pow(model.RopeBase, (double)i / x.Length);
            frequency = model.RopeScaling is { } scaling ? ApplyScaling(frequency, scaling) : frequency;
            Complex number = new Complex(x[i], x[i + 1]) * Complex.FromPolarCoordinates(1, position * frequency);
            (turned[i], turned[i + 1]) = (number.Real, number.Imaginary);
        }

        return turned;
    }

    private static double ApplyScaling(double frequency, RopeScaling scaling)
    {
        double wavelength = 2 * Math.PI / frequency;
        if (wavelength < scaling.OriginalSequence / scaling.HighFrequency)
        {
            return frequency;
        }

        if (wavelength > scaling.OriginalSequence / scaling.LowFrequency)
        {
            return frequency / scaling.Factor;
        }

        double smooth = ((scaling.OriginalSequence / wavelength) - scaling.LowFrequency) / (scaling.HighFrequency - scaling.LowFrequency);
        return ((1 - smooth) * frequency / scaling.Factor) + (smooth * frequency);
    }
}
