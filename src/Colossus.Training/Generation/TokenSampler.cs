using Colossus.Specs.Randomness;

namespace Colossus.Training.Generation;

/// <summary>Draws tokens from logits.</summary>
/// <param name="options">Temperature, limits and seed.</param>
internal sealed class TokenSampler(SamplingOptions options)
{
    private ulong state = options.Seed;

    /// <summary>Draws one token.</summary>
    /// <param name="logits">One value a token.</param>
    /// <returns>The token's id.</returns>
    public int Draw(ReadOnlySpan<float> logits)
    {
        float[] values = logits.ToArray();
        int[] order = [.. Enumerable.Range(0, values.Length)];

        // By falling logit, ties by id: the order must not depend on the sort.
        Array.Sort(order, (a, b) => values[a] != values[b] ? values[b].CompareTo(values[a]) : a.CompareTo(b));
        if (options.Temperature <= 0)
        {
            return order[0];
        }

        int count = options.TopK > 0 ? Math.Min(options.TopK, order.Length) : order.Length;
        double[] weights = new double[count];
        double total = 0;
        for (int i = 0; i < count; i++)
        {
            weights[i] = Math.Exp((values[order[i]] - values[order[0]]) / options.Temperature);
            total += weights[i];
        }

        double kept = 0;
        int last = 0;
        while (last < count && kept < options.TopP * total)
        {
            kept += weights[last++];
        }

        double draw = NextUniform() * kept;
        for (int i = 0; i < last; i++)
        {
            draw -= weights[i];
            if (draw < 0)
            {
                return order[i];
            }
        }

        return order[Math.Max(0, last - 1)];
    }

    private double NextUniform()
    {
        state += SplitMix64.Increment;
        return SplitMix64.Uniform(SplitMix64.Mix(state));
    }
}
