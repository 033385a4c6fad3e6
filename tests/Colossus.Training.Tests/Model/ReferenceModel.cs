using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Model;

/// <summary>The same transformer from libtorch's stock operators in double, differentiated by libtorch: the oracle of the hand-written passes.</summary>
internal static class ReferenceModel
{
    /// <summary>Mean loss and the gradient of every parameter.</summary>
    public static (double Loss, Dictionary<string, double[]> Gradients) Run(
        ModelSpec model, ParameterTable table, float[] flat, int[] inputs, int[] targets)
    {
        var parameters = table.Parameters.ToDictionary(
            parameter => parameter.Name,
            parameter => tensor(flat.AsSpan((int)parameter.Start, (int)parameter.Count).ToArray().Select(x => (double)x).ToArray())
                .reshape([.. parameter.Shape]).requires_grad_());
        int batch = inputs.Length / model.Sequence;
        var names = WeightNames.Of(model);
        Tensor Linear(Tensor x, string matrix) => nn.functional.linear(x, parameters[matrix], model.Biases ? parameters[WeightNames.BiasOf(matrix)] : null);
        Tensor Norm(Tensor x, string norm) => model.Norm == NormKind.LayerNorm
            ? nn.functional.layer_norm(x, [x.shape[^1]], parameters[norm + names.NormScale], parameters[norm + ".bias"], model.NormEpsilon)
            : Rms(x, model) * parameters[norm + names.NormScale];
        var mixture = model.Experts is null ? null : new ReferenceExperts(model, parameters);
        Tensor PostNorm(Tensor x, string norm) => model.PostNorm ? Norm(x, norm) : x;

        var x = parameters[names.Embedding].index_select(0, tensor(inputs.Select(id => (long)id).ToArray())).reshape(batch, model.Sequence, model.Hidden);
        x = model.EmbeddingScale * (model.Positions == PositionKind.Learned ? x + parameters[names.Positions] : x);
        for (int layer = 0; layer < model.Layers; layer++)
        {
            var n = Norm(x, names.BeforeAttention(layer));
            Tensor Heads(char letter, int heads) =>
                Linear(n, names.Projection(layer, letter)).reshape(batch, model.Sequence, heads, model.HeadWidth);
            Tensor Prepared(char letter, int heads) =>
                Turn(model, (model.QueryKeyNorm ? Rms(Heads(letter, heads), model) * parameters[names.HeadNorm(layer, letter)] : Heads(letter, heads)).transpose(1, 2));
            var attended = model.Latent is { } latent
                ? AttendLatent(model, latent, n, Linear, Norm, names, layer)
                : Attend(model, Prepared('q', model.Heads), Prepared('k', model.KvHeads), Heads('v', model.KvHeads).transpose(1, 2));
            x += PostNorm(Linear(attended.transpose(1, 2).reshape(batch, model.Sequence, -1), names.AttentionOut(layer)), names.BehindAttention(layer));

            var m = Norm(x, names.BeforeFeedForward(layer));
            Tensor Plain(Tensor of, string matrix) => nn.functional.linear(of, parameters[matrix]);
            var result = model.Experts is { } experts && layer >= experts.DenseLayers
                ? mixture!.Run(layer, m.reshape(-1, model.Hidden), (gate, up, down) => Plain(Activate(model, name => Plain(m.reshape(-1, model.Hidden), name), gate, up), down)).reshape(m.shape)
                : Linear(Activate(model, name => Linear(m, name), names.Gate(layer), names.Up(layer)), names.Down(layer));
            x += PostNorm(result, names.BehindFeedForward(layer));
        }

        var final = Norm(x, names.FinalNorm);
        var logits = model.LogitScale * nn.functional.linear(final, parameters[model.TiedHead ? names.Embedding : names.Head]);
        var loss = nn.functional.cross_entropy(logits.reshape(-1, model.Vocab), tensor(targets.Select(id => (long)id).ToArray()));
        (mixture is null ? loss : loss + mixture.Losses.sum()).backward();
        return (loss.item<double>(), parameters.ToDictionary(
            p => p.Key, p => mixture?.Excess.GetValueOrDefault(p.Key) ?? p.Value.grad!.cpu().contiguous().data<double>().ToArray()));
    }

    /// <summary>Llama 3.1's angles, by wavelengths, as meta-llama/llama-models' apply_scaling has it.</summary>
    public static Tensor ScaleAngles(Tensor frequencies, RopeScaling scaling)
    {
        var wavelengths = 2 * Math.PI / frequencies;
        var smooth = ((scaling.OriginalSequence / wavelengths) - scaling.LowFrequency) / (scaling.HighFrequency - scaling.LowFrequency);
        var between = ((1 - smooth) * frequencies / scaling.Factor) + (smooth * frequencies);
        var slow = where(wavelengths > scaling.OriginalSequence / scaling.LowFrequency, frequencies / scaling.Factor, between);
        return where(wavelengths < scaling.OriginalSequence / scaling.HighFrequency, frequencies, slow);
    }

    private static Tensor Rms(Tensor x, ModelSpec model) => x * (x.square().mean([-1], keepdim: true) + model.NormEpsilon).rsqrt();

    private static Tensor Attend(ModelSpec model, Tensor q, Tensor k, Tensor v)
    {
        k = k.repeat_interleave(model.Heads / model.KvHeads, dim: 1);
        v = v.repeat_interleave(model.Heads / model.KvHeads, dim: 1);
        double growth = model.RopeScaling is { } scaling ? 1 + (scaling.ScoreGrowth * Math.Log(scaling.Factor)) : 1;
        var scores = q.matmul(k.transpose(-1, -2)) * (growth * growth / Math.Sqrt(q.shape[^1]));
        scores = model.ScoreCap > 0 ? model.ScoreCap * (scores / model.ScoreCap).tanh() : scores;
        var mask = ones(model.Sequence, model.Sequence, ScalarType.Bool).triu(1);
        return scores.masked_fill(mask, double.NegativeInfinity).softmax(-1).matmul(v);
    }

    // DeepseekV3Attention of transformers' modeling_deepseek_v3.py.
    private static Tensor AttendLatent(
        ModelSpec model, LatentAttention latent, Tensor x, Func<Tensor, string, Tensor> linear, Func<Tensor, string, Tensor> norm, WeightNames names, int layer)
    {
        Tensor Heads(Tensor rows, int width) => rows.reshape(rows.shape[0], model.Sequence, model.Heads, width).transpose(1, 2);
        var queries = Heads(
            latent.QueryRank > 0 ? linear(norm(linear(x, names.CompressQueries(layer)), names.OfCompressedQueries(layer)), names.ExpandQueries(layer)) : linear(x, names.Projection(layer, 'q')),
            latent.ScoreWidth);
        var compressed = linear(x, names.CompressKeysValues(layer));
        var keysValues = Heads(
            linear(norm(compressed.narrow(-1, 0, latent.KeyValueRank), names.OfCompressedKeysValues(layer)), names.ExpandKeysValues(layer)), latent.PlainWidth + latent.ValueWidth);
        Tensor Rotary(Tensor rotary) => Turn(model, rotary.reshape([.. rotary.shape[..^1], latent.RotaryWidth / 2, 2]).transpose(-1, -2).reshape(rotary.shape));

        var rotaryKey = Rotary(compressed.narrow(-1, latent.KeyValueRank, latent.RotaryWidth).unsqueeze(1)).expand(-1, model.Heads, -1, -1);
        var q = cat([queries.narrow(-1, 0, latent.PlainWidth), Rotary(queries.narrow(-1, latent.PlainWidth, latent.RotaryWidth))], -1);
        var k = cat([keysValues.narrow(-1, 0, latent.PlainWidth), rotaryKey], -1);
        return Attend(model, q, k, keysValues.narrow(-1, latent.PlainWidth, latent.ValueWidth));
    }

    // _compute_yarn_parameters of transformers' modeling_rope_utils.py.
    private static Tensor Yarn(Tensor frequencies, ModelSpec model, RopeScaling scaling)
    {
        int width = model.RotaryWidth;
        double Dim(double rotations) => width * Math.Log(scaling.OriginalSequence / (rotations * 2 * Math.PI)) / (2 * Math.Log(model.RopeBase));
        double low = Math.Max(Math.Floor(Dim(scaling.HighFrequency)), 0);
        double high = Math.Min(Math.Ceiling(Dim(scaling.LowFrequency)), width - 1);
        var extrapolation = 1 - ((arange(width / 2, ScalarType.Float64) - low) / (low == high ? 0.001 : high - low)).clamp(0, 1);
        return (frequencies / scaling.Factor * (1 - extrapolation)) + (frequencies * extrapolation);
    }

    private static Tensor Turn(ModelSpec model, Tensor heads)
    {
        if (model.Positions == PositionKind.Learned)
        {
            return heads;
        }

        int width = model.RotaryWidth;
        var frequencies = pow(model.RopeBase, arange(0, width, 2, ScalarType.Float64) / -width);
        frequencies = model.RopeScaling switch
        {
            null => frequencies,
            { Kind: RopeScalingKind.Yarn } yarn => Yarn(frequencies, model, yarn),
            var scaling => ScaleAngles(frequencies, scaling),
        };
        var angles = outer(arange(model.Sequence, ScalarType.Float64), frequencies);
        var cosine = cat([angles.cos(), angles.cos()], -1);
        var sine = cat([angles.sin(), angles.sin()], -1);
        var turned = heads.narrow(-1, 0, width);
        var halves = turned.chunk(2, -1);
        return cat([(turned * cosine) + (cat([-halves[1], halves[0]], -1) * sine), heads.narrow(-1, width, heads.shape[^1] - width)], -1);
    }

    private static Tensor Activate(ModelSpec model, Func<string, Tensor> linear, string gateMatrix, string upMatrix)
    {
        var up = linear(upMatrix);
        Tensor Gate() => linear(gateMatrix);
        return model.Activation switch
        {
            Activation.SwiGlu => nn.functional.silu(Gate()) * up,
            Activation.GeGlu => Gelu(Gate()) * up,
            Activation.Gelu => Gelu(up),
            _ => nn.functional.relu(up).square(),
        };
    }

    private static Tensor Gelu(Tensor x) => 0.5 * x * (1 + (Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x.pow(3)))).tanh());
}
