using Colossus.Specs.Jobs;

namespace Colossus.Training.Kernels;

/// <summary>The numbers of one AdamW update (arXiv 1711.05101, algorithm 2), the same for all values of a range.</summary>
/// <param name="Rate">Learning rate.</param>
/// <param name="Decay">Decay a unit of rate; 0 where it does not apply.</param>
/// <param name="Beta1">Decay of the mean.</param>
/// <param name="Beta2">Decay of the mean of squares.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Correction1">1 - β₁ᵗ.</param>
/// <param name="Correction2">1 - β₂ᵗ.</param>
internal readonly record struct AdamWStep(float Rate, float Decay, float Beta1, float Beta2, float Epsilon, float Correction1, float Correction2)
{
    /// <summary>The numbers of an update.</summary>
    /// <param name="optimizer">The job's optimizer.</param>
    /// <param name="rate">Learning rate of the step.</param>
    /// <param name="decays">Whether decay applies.</param>
    /// <param name="updates">Updates so far, this one included.</param>
    public static AdamWStep For(OptimizerSpec optimizer, double rate, bool decays, long updates) => new(
        (float)rate,
        decays ? (float)optimizer.WeightDecay : 0,
        (float)optimizer.Beta1,
        (float)optimizer.Beta2,
        (float)optimizer.Epsilon,
        (float)(1 - Math.Pow(optimizer.Beta1, updates)),
        (float)(1 - Math.Pow(optimizer.Beta2, updates)));
}
