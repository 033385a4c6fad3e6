using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
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

    /// <summary>Fills a rectangle of a parameter.</summary>
    /// <param name="parameter">The whole parameter.</param>
    /// <param name="index">Its index among all.</param>
    /// <param name="box">What to fill.</param>
    /// <param name="job">Layers and seed.</param>
    /// <param name="target">Receives the first element.</param>
    /// <param name="stride">Elements from one row to the next there.</param>
    public static void Fill(Parameter parameter, int index, ParameterBox box, JobSpec job, float* target, long stride)
    {
        WeightStart start = parameter.Weight.Start;
        double deviation = start == WeightStart.IntoResidual ? Deviation / Math.Sqrt(2.0 * job.Model.Layers) : Deviation;
        ulong stream = Mix(job.Train.Seed + Mix((ulong)index + 1));
        for (long row = 0; row < box.Rows; row++)
        {
            var line = new Span<float>(target + (row * stride), checked((int)box.Columns));
            if (start is WeightStart.Zero or WeightStart.One)
            {
                line.Fill(start == WeightStart.One ? 1 : 0);
                continue;
            }

            long first = ((box.Row + row) * parameter.Width) + box.Column;
            for (int i = 0; i < line.Length; i++)
            {
                line[i] = (float)(deviation * Normal(stream, (ulong)(first + i)));
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
