using Colossus.Plan.Parameters;
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
        var x = parameters["model.embed_tokens.weight"].index_select(0, tensor(inputs.Select(id => (long)id).ToArray())).reshape(batch, model.Sequence, model.Hidden);
        for (int layer = 0; layer < model.Layers; layer++)
        {
            string prefix = $"model.layers.{layer}.";
            Tensor W(string name) => parameters[prefix + name];
            x += Attend(model, batch, Norm(x, W("input_layernorm.weight"), model), W);
            var n = Norm(x, W("post_attention_layernorm.weight"), model);
            x += nn.functional.linear(Activate(model, n, W), W("mlp.down_proj.weight"));
        }

        var final = Norm(x, parameters["model.norm.weight"], model);
        var logits = nn.functional.linear(final, parameters[model.TiedHead ? "model.embed_tokens.weight" : "lm_head.weight"]);
        var loss = nn.functional.cross_entropy(logits.reshape(-1, model.Vocab), tensor(targets.Select(id => (long)id).ToArray()));
        loss.backward();
        return (loss.item<double>(), parameters.ToDictionary(p => p.Key, p => p.Value.grad!.cpu().contiguous().data<double>().ToArray()));
    }

    private static Tensor Norm(Tensor x, Tensor weight, ModelSpec model) =>
        x * (x.square().mean([-1], keepdim: true) + model.NormEpsilon).rsqrt() * weight;

    private static Tensor Attend(ModelSpec model, int batch, Tensor n, Func<string, Tensor> weight)
    {
        Tensor Heads(string name, int heads) => nn.functional.linear(n, weight(name)).reshape(batch, model.Sequence, heads, model.HeadWidth).transpose(1, 2);
        var q = Turn(model, Heads("self_attn.q_proj.weight", model.Heads));
        var k = Turn(model, Heads("self_attn.k_proj.weight", model.KvHeads)).repeat_interleave(model.Heads / model.KvHeads, dim: 1);
        var v = Heads("self_attn.v_proj.weight", model.KvHeads).repeat_interleave(model.Heads / model.KvHeads, dim: 1);
        var scores = q.matmul(k.transpose(-1, -2)) / Math.Sqrt(model.HeadWidth);
        var mask = ones(model.Sequence, model.Sequence, ScalarType.Bool).triu(1);
        var attended = scores.masked_fill(mask, double.NegativeInfinity).softmax(-1).matmul(v);
        return nn.functional.linear(attended.transpose(1, 2).reshape(batch, model.Sequence, -1), weight("self_attn.o_proj.weight"));
    }

    private static Tensor Turn(ModelSpec model, Tensor heads)
    {
        var frequencies = pow(model.RopeBase, arange(0, model.HeadWidth, 2, ScalarType.Float64) / -model.HeadWidth);
        var angles = outer(arange(model.Sequence, ScalarType.Float64), frequencies);
        var cosine = cat([angles.cos(), angles.cos()], -1);
        var sine = cat([angles.sin(), angles.sin()], -1);
        var halves = heads.chunk(2, -1);
        return (heads * cosine) + (cat([-halves[1], halves[0]], -1) * sine);
    }

    private static Tensor Activate(ModelSpec model, Tensor n, Func<string, Tensor> weight)
    {
        var up = nn.functional.linear(n, weight("mlp.up_proj.weight"));
        Tensor Gate() => nn.functional.linear(n, weight("mlp.gate_proj.weight"));
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
