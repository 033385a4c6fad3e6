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
            ? nn.functional.layer_norm(x, [model.Hidden], parameters[norm + names.NormScale], parameters[norm + ".bias"], model.NormEpsilon)
            : Rms(x, model) * parameters[norm + names.NormScale];
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
            var attended = Attend(model, Prepared('q', model.Heads), Prepared('k', model.KvHeads), Heads('v', model.KvHeads).transpose(1, 2));
            x += PostNorm(Linear(attended.transpose(1, 2).reshape(batch, model.Sequence, -1), names.AttentionOut(layer)), names.BehindAttention(layer));

            var m = Norm(x, names.BeforeFeedForward(layer));
            x += PostNorm(Linear(Activate(model, name => Linear(m, name), names, layer), names.Down(layer)), names.BehindFeedForward(layer));
        }

        var final = Norm(x, names.FinalNorm);
        var logits = model.LogitScale * nn.functional.linear(final, parameters[model.TiedHead ? names.Embedding : names.Head]);
        var loss = nn.functional.cross_entropy(logits.reshape(-1, model.Vocab), tensor(targets.Select(id => (long)id).ToArray()));
        loss.backward();
        return (loss.item<double>(), parameters.ToDictionary(p => p.Key, p => p.Value.grad!.cpu().contiguous().data<double>().ToArray()));
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
        var scores = q.matmul(k.transpose(-1, -2)) / Math.Sqrt(model.HeadWidth);
        scores = model.ScoreCap > 0 ? model.ScoreCap * (scores / model.ScoreCap).tanh() : scores;
        var mask = ones(model.Sequence, model.Sequence, ScalarType.Bool).triu(1);
        return scores.masked_fill(mask, double.NegativeInfinity).softmax(-1).matmul(v);
    }

    private static Tensor Turn(ModelSpec model, Tensor heads)
    {
        if (model.Positions == PositionKind.Learned)
        {
            return heads;
        }

        int width = model.RotaryWidth;
        var frequencies = pow(model.RopeBase, arange(0, width, 2, ScalarType.Float64) / -width);
        frequencies = model.RopeScaling is { } scaling ? ScaleAngles(frequencies, scaling) : frequencies;
        var angles = outer(arange(model.Sequence, ScalarType.Float64), frequencies);
        var cosine = cat([angles.cos(), angles.cos()], -1);
        var sine = cat([angles.sin(), angles.sin()], -1);
        var turned = heads.narrow(-1, 0, width);
        var halves = turned.chunk(2, -1);
        return cat([(turned * cosine) + (cat([-halves[1], halves[0]], -1) * sine), heads.narrow(-1, width, model.HeadWidth - width)], -1);
    }

    private static Tensor Activate(ModelSpec model, Func<string, Tensor> linear, WeightNames names, int layer)
    {
        var up = linear(names.Up(layer));
        Tensor Gate() => linear(names.Gate(layer));
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
