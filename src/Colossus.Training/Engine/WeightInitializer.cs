using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Specs.Randomness;

namespace Colossus.Training.Engine;

/// <summary>The weights before the first step.</summary>
/// <remarks>
/// Normal with deviation 0.02, that of projections into the residual stream divided by the root of twice the layers (GPT-2's rule); scales of norms are 1, biases 0.
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

            if (parameter.Weight.Start == WeightStart.Zero)
            {
                continue;
            }

            if (parameter.Weight.Start == WeightStart.One)
            {
                new Span<float>(flat + start, (int)(end - start)).Fill(1);
                continue;
            }

            double deviation = parameter.Weight.Start == WeightStart.IntoResidual ? Deviation / Math.Sqrt(2.0 * layers) : Deviation;
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
        // Above 0, since its logarithm is taken.
        double first = ((Mix(stream + (2 * index)) >> 11) + 1) * (1.0 / (1UL << 53));
        double second = SplitMix64.Uniform(Mix(stream + (2 * index) + 1));
        return Math.Sqrt(-2 * Math.Log(first)) * Math.Cos(2 * Math.PI * second);
    }

    private static ulong Mix(ulong value) => SplitMix64.Mix(value * SplitMix64.Increment);
}
