using Colossus.Plan.Parameters;

namespace Colossus.Training.Engine;

/// <summary>The weights before the first step.</summary>
/// <remarks>
/// Normal with deviation 0.02, that of projections into the residual stream divided by the root of twice the layers (GPT-2's rule); norms are 1.
/// Each value is a function of seed, parameter and index alone, so that any rank can make any range, and any number of ranks makes the same model.
/// </remarks>
internal static unsafe class WeightInitializer
{
    private const double Deviation = 0.02;

    /// <summary>Fills a range of the flat vector.</summary>
    /// <param name="table">All parameters.</param>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="seed">The job's seed.</param>
    /// <param name="range">What to fill; padding becomes 0.</param>
    /// <param name="flat">Start of the flat vector.</param>
    public static void Fill(ParameterTable table, int layers, ulong seed, FlatRange range, float* flat)
    {
        new Span<float>(flat + range.Start, checked((int)range.Count)).Clear();
        for (int index = 0; index < table.Parameters.Count; index++)
        {
            var parameter = table.Parameters[index];
            long start = Math.Max(range.Start, parameter.Start);
            long end = Math.Min(range.End, parameter.Start + parameter.Count);
            if (start >= end)
            {
                continue;
            }

            if (parameter.Columns == 0)
            {
                new Span<float>(flat + start, (int)(end - start)).Fill(1);
                continue;
            }

            bool intoResidual = parameter.Name.EndsWith("o_proj.weight", StringComparison.Ordinal)
                || parameter.Name.EndsWith("down_proj.weight", StringComparison.Ordinal);
            double deviation = intoResidual ? Deviation / Math.Sqrt(2.0 * layers) : Deviation;
            ulong stream = Mix(seed + Mix((ulong)index + 1));
            for (long i = start; i < end; i++)
            {
                flat[i] = (float)(deviation * Normal(stream, (ulong)(i - parameter.Start)));
            }
        }
    }

    // Box and Muller's transform of two uniform values from a counter.
    private static double Normal(ulong stream, ulong index)
    {
        double first = ((Mix(stream + (2 * index)) >> 11) + 1) * (1.0 / (1UL << 53));
        double second = (Mix(stream + (2 * index) + 1) >> 11) * (1.0 / (1UL << 53));
        return Math.Sqrt(-2 * Math.Log(first)) * Math.Cos(2 * Math.PI * second);
    }

    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014) on a Weyl sequence.
    private static ulong Mix(ulong value)
    {
        value *= 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
