using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;

namespace Colossus.Training.Tests.Model;

/// <summary>Weights of tiny models, large enough that every part counts.</summary>
internal static class RandomWeights
{
    /// <summary>Evenly distributed between -1/4 and 1/4, around 1 where weights start with 1.</summary>
    /// <param name="table">The model's parameters.</param>
    /// <param name="random">Source of the draws.</param>
    /// <param name="scoreSpread">Width of the distribution of the matrices of queries and keys, in place of 1/2.</param>
    public static float[] Of(ParameterTable table, Random random, double scoreSpread)
    {
        float[] weights = new float[table.FlatCount];
        foreach (var parameter in table.Parameters)
        {
            bool makesScores = parameter.Name.Contains("q_proj", StringComparison.Ordinal) || parameter.Name.Contains("k_proj", StringComparison.Ordinal);
            for (long i = parameter.Start; i < parameter.Start + parameter.Count; i++)
            {
                double noise = (random.NextDouble() - 0.5) * (makesScores ? scoreSpread : 0.5);
                weights[i] = (float)(parameter.Weight.Start == WeightStart.One ? 1 + noise : noise);
            }
        }

        return weights;
    }
}
