using System.Numerics.Tensors;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Generation;

/// <summary>The choice of experts for one token, as the published models describe it; written apart from the training code on purpose.</summary>
internal static class DecoderRouter
{
    /// <summary>Chooses.</summary>
    /// <param name="experts">The mixture.</param>
    /// <param name="logits">[experts].</param>
    /// <param name="bias">[experts], added for the choice alone; empty for none.</param>
    /// <returns>The experts and what their results are multiplied with.</returns>
    public static (int Expert, float Weight)[] Choose(ExpertsSpec experts, ReadOnlySpan<float> logits, ReadOnlySpan<float> bias)
    {
        float[] scores = new float[logits.Length];
        if (experts.Router == RouterKind.Softmax)
        {
            TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), scores);
            TensorPrimitives.SoftMax(scores, scores);
        }
        else
        {
            TensorPrimitives.Sigmoid(logits, scores);
        }

        float[] ranks = [.. scores];
        if (!bias.IsEmpty)
        {
            TensorPrimitives.Add(scores, bias, ranks);
        }

        int ofGroup = experts.Count / experts.Groups;
        HashSet<int> groups = [.. Best(Enumerable.Range(0, experts.Groups), group => ranks.Skip(group * ofGroup).Take(ofGroup).OrderDescending().Take(2).Sum(), experts.ActiveGroups)];
        int[] chosen = [.. Best(Enumerable.Range(0, experts.Count).Where(expert => groups.Contains(expert / ofGroup)), expert => ranks[expert], experts.Active)];
        float sum = experts.Renormalize ? chosen.Sum(expert => scores[expert]) + 1e-20f : 1;
        return [.. chosen.Select(expert => (expert, (float)experts.Scale * scores[expert] / sum))];
    }

    private static IEnumerable<int> Best(IEnumerable<int> of, Func<int, float> value, int count) => of.OrderByDescending(value).Take(count);
}
