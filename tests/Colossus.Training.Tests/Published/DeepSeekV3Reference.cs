using System.Numerics;
using Colossus.Specs.Jobs;
using static Colossus.Training.Tests.Published.Loops;

namespace Colossus.Training.Tests.Published;

/// <summary>
/// DeepSeek-V3 in double, from arXiv 2412.19437, section 2.1, and deepseek-ai/DeepSeek-V3 (inference/model.py): multi-head latent attention, and a mixture of experts whose affinities are sigmoids,
/// chosen with a bias within some of their groups, beside a shared expert.
/// </summary>
internal static class DeepSeekV3Reference
{
    /// <summary>Logits at every position, [tokens][vocab].</summary>
    /// <param name="model">Sizes and constants.</param>
    /// <param name="weights">Weights by Hugging Face's names, matrices [outputs, inputs].</param>
    /// <param name="tokens">Token ids.</param>
    public static double[][] Logits(ModelSpec model, Func<string, double[]> weights, int[] tokens)
    {
        double[] embedding = weights("model.embed_tokens.weight");
        double[][] h = [.. tokens.Select(token => Row(embedding, token, model.Hidden))];
        double[] Norm(double[] x, string name) => RmsNorm(x, weights(name + ".weight"), 1e-6);
        for (int index = 0; index < model.Layers; index++)
        {
            string layer = $"model.layers.{index}.";
            double[][] attended = Attention(model, name => weights(layer + "self_attn." + name), [.. h.Select(x => Norm(x, layer + "input_layernorm"))]);
            h = [.. h.Zip(attended, Plus)];
            ExpertsSpec? experts = index < model.Experts?.DenseLayers ? null : model.Experts;
            h = [.. h.Select(x => Plus(x, FeedForward(experts, name => weights(layer + "mlp." + name), Norm(x, layer + "post_attention_layernorm"))))];
        }

        return [.. h.Select(x => Times(weights("lm_head.weight"), Norm(x, "model.norm")))];
    }

    /// <summary>The experts of a token and their gating values (equations 13 to 16, and Gate.forward for the groups).</summary>
    /// <param name="logits">Of all experts.</param>
    /// <param name="bias">Added for the choice alone.</param>
    /// <param name="experts">How many are chosen, from how many groups, and the factor on gating values (routed_scaling_factor).</param>
    public static IReadOnlyList<(int Expert, double Weight)> Route(double[] logits, double[] bias, ExpertsSpec experts)
    {
        double[] affinities = [.. logits.Select(static logit => 1 / (1 + Math.Exp(-logit)))];
        double[] biased = Plus(affinities, bias);
        int groupSize = logits.Length / experts.Groups;
        double[] ofGroups = [.. biased.Chunk(groupSize).Select(group => Top(group, 2).Sum(index => group[index]))];
        int[] groups = Top(ofGroups, experts.ActiveGroups);
        double[] eligible = [.. biased.Select((value, expert) => groups.Contains(expert / groupSize) ? value : double.NegativeInfinity)];
        int[] chosen = Top(eligible, experts.Active);
        double sum = chosen.Sum(expert => affinities[expert]);
        return [.. chosen.Select(expert => (expert, affinities[expert] / sum * experts.Scale))];
    }

    /// <summary>The angles of all pairs of the rotary part (precompute_freqs_cis).</summary>
    /// <param name="model">Base, width and scaling.</param>
    public static double[] Angles(ModelSpec model)
    {
        int width = model.Latent!.RotaryWidth;
        double[] angles = [.. Enumerable.Range(0, width / 2).Select(pair => 1 / Math.Pow(model.RopeBase, 2.0 * pair / width))];
        if (model.RopeScaling is not { } scaling)
        {
            return angles;
        }

        double CorrectionDim(double rotations) => width * Math.Log(scaling.OriginalSequence / (rotations * 2 * Math.PI)) / (2 * Math.Log(model.RopeBase));
        double low = Math.Max(Math.Floor(CorrectionDim(scaling.HighFrequency)), 0);
        double high = Math.Min(Math.Ceiling(CorrectionDim(scaling.LowFrequency)), width - 1);
        return [.. angles.Select((angle, pair) =>
        {
            double smooth = 1 - Math.Clamp((pair - low) / (high - low), 0, 1);
            return (angle / scaling.Factor * (1 - smooth)) + (angle * smooth);
        })];
    }

    // MLA.forward; equations 1 to 11 of the paper.
    private static double[][] Attention(ModelSpec model, Func<string, double[]> weights, double[][] x)
    {
        LatentAttention latent = model.Latent!;
        (int rank, int plain, int rotary, int value) = (latent.KeyValueRank, latent.PlainWidth, latent.RotaryWidth, latent.ValueWidth);
        double[] angles = Angles(model);
        double[][] compressed = [.. x.Select(token => Times(weights("kv_a_proj_with_mqa.weight"), token))];
        double[][] sharedKeys = [.. compressed.Select((token, position) => Rotated(angles, token[rank..], position))];
        double[][] expanded = [.. compressed.Select(token => Times(weights("kv_b_proj.weight"), RmsNorm(token[..rank], weights("kv_a_layernorm.weight"), 1e-6)))];
        double mscale = model.RopeScaling is { } scaling ? (scaling.ScoreGrowth * Math.Log(scaling.Factor)) + 1 : 1;
        double scale = Math.Pow(plain + rotary, -0.5) * mscale * mscale;
        double[] Query(int position, int head)
        {
            double[] narrow = RmsNorm(Times(weights("q_a_proj.weight"), x[position]), weights("q_a_layernorm.weight"), 1e-6);
            double[] query = Row(Times(weights("q_b_proj.weight"), narrow), head, plain + rotary);
            return [.. query[..plain], .. Rotated(angles, query[plain..], position)];
        }

        return
        [
            .. Enumerable.Range(0, x.Length).Select(position => Times(
                weights("o_proj.weight"),
                [
                    .. Enumerable.Range(0, model.Heads).SelectMany(head => Attend(
                        Query(position, head),
                        [.. Enumerable.Range(0, position + 1).Select(past => (double[])[.. Row(expanded[past], head, plain + value)[..plain], .. sharedKeys[past]])],
                        [.. Enumerable.Range(0, position + 1).Select(past => Row(expanded[past], head, plain + value)[plain..])],
                        product => product * scale)),
                ])),
        ];
    }

    // apply_rotary_emb: complex numbers of neighbours.
    private static double[] Rotated(double[] angles, double[] x, int position)
    {
        double[] turned = new double[x.Length];
        for (int pair = 0; pair < angles.Length; pair++)
        {
            Complex number = new Complex(x[2 * pair], x[(2 * pair) + 1]) * Complex.FromPolarCoordinates(1, position * angles[pair]);
            (turned[2 * pair], turned[(2 * pair) + 1]) = (number.Real, number.Imaginary);
        }

        return turned;
    }

    // Equation 12.
    private static double[] FeedForward(ExpertsSpec? experts, Func<string, double[]> weights, double[] x)
    {
        double[] Part(string name) => Gated(weights(name + "gate_proj.weight"), weights(name + "up_proj.weight"), weights(name + "down_proj.weight"), x, Silu);
        if (experts is null)
        {
            return Part("");
        }

        var chosen = Route(Times(weights("gate.weight"), x), weights("gate.e_score_correction_bias"), experts);
        return chosen.Select(choice => Scaled(Part($"experts.{choice.Expert}."), choice.Weight)).Aggregate(Part("shared_experts."), Plus);
    }
}
