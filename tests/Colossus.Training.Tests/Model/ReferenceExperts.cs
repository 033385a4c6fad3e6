using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Operations;
using Colossus.Specs.Jobs;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Model;

/// <summary>A mixture of experts from libtorch's stock operators in double: every expert computes all tokens, and what a token does not visit is multiplied by 0.</summary>
/// <param name="model">The model.</param>
/// <param name="parameters">Its weights.</param>
internal sealed class ReferenceExperts(ModelSpec model, Dictionary<string, Tensor> parameters)
{
    private readonly ExpertsSpec experts = model.Experts!;
    private readonly WeightNames names = WeightNames.Of(model);

    /// <summary>Sum of the router's own losses, of the layers so far.</summary>
    public Tensor Losses { get; private set; } = zeros(1, ScalarType.Float64);

    /// <summary>What moves the biases of the layers so far.</summary>
    public Dictionary<string, double[]> Excess { get; } = [];

    /// <summary>The feed-forward part of a layer.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="x">[tokens, hidden].</param>
    /// <param name="feedForward">One of given gate, up and down matrix.</param>
    public Tensor Run(int layer, Tensor x, Func<string, string, string, Tensor> feedForward)
    {
        long tokens = x.shape[0];
        var logits = nn.functional.linear(x, parameters[names.Router(layer)]);
        var scores = experts.Router == RouterKind.Softmax ? logits.softmax(-1) : logits.sigmoid();
        var visits = zeros(tokens, experts.Count, ScalarType.Float64);
        var kept = zeros(tokens, experts.Count, ScalarType.Float64);
        double[] bias = experts.BiasRate > 0 ? parameters[names.RouterBias(layer)].detach().data<double>().ToArray() : new double[experts.Count];
        double most = experts.Capacity > 0 ? Math.Ceiling(experts.Capacity * tokens * experts.Active / experts.Count) : tokens;
        int[] rows = new int[experts.Count];
        for (int token = 0; token < tokens; token++)
        {
            double[] row = scores[token].detach().data<double>().ToArray();
            foreach (int expert in Choose([.. row.Select((score, i) => score + bias[i])]))
            {
                visits[token, expert] = 1;
                kept[token, expert] = rows[expert]++ < most ? 1 : 0;
            }
        }

        var chosen = scores * visits;
        var weights = experts.Scale * kept * (experts.Renormalize ? chosen / chosen.sum(-1, keepdim: true) : chosen);
        var loads = visits.sum([0L]);
        var shares = (scores / scores.sum(-1, keepdim: true)).mean([0L]);
        Losses += experts.BalanceLoss * experts.Count * (loads / (tokens * experts.Active) * shares).sum();
        Losses += experts.ZLoss * logits.logsumexp(-1).square().mean();
        Excess[names.RouterBias(layer)] = ((loads - ((double)tokens * experts.Active / experts.Count)) * LoadExcess.Factor).data<double>().ToArray();
        var sum = experts.Shared > 0 ? feedForward(names.Shared(layer, "gate"), names.Shared(layer, "up"), names.Shared(layer, "down")) : zeros_like(x);
        for (int expert = 0; expert < experts.Count; expert++)
        {
            sum += weights.narrow(1, expert, 1) * feedForward(names.GateOf(layer, expert), names.UpOf(layer, expert), names.DownOf(layer, expert));
        }

        return sum;
    }

    private IEnumerable<int> Choose(double[] ranks)
    {
        int width = experts.Count / experts.Groups;
        var groups = ranks.Chunk(width).Select((group, index) => (Sum: group.OrderDescending().Take(2).Sum(), index)).OrderByDescending(group => group.Sum).Take(experts.ActiveGroups);
        return groups.SelectMany(group => Enumerable.Range(group.index * width, width)).OrderByDescending(expert => ranks[expert]).Take(experts.Active);
    }
}
