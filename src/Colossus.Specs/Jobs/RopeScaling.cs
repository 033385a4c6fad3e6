namespace Colossus.Specs.Jobs;

/// <summary>
/// Llama 3.1's way to longer contexts (<c>apply_scaling</c> of meta-llama/llama-models): angles that turn slowly are divided by a factor, those that turn quickly stay, and between the
/// two it passes smoothly from one to the other.
/// </summary>
/// <param name="Factor">Divides the slow angles, 1 or more; 8 in Llama 3.1.</param>
/// <param name="LowFrequency">Angles that turn around less often than this in the original context are slow; more than 0; default 1.</param>
/// <param name="HighFrequency">Angles that turn around more often than this are quick; more than <paramref name="LowFrequency"/>; default 4.</param>
/// <param name="OriginalSequence">The original context in tokens; 8192 in Llama 3.1.</param>
public sealed record RopeScaling(double Factor, double LowFrequency, double HighFrequency, int OriginalSequence)
{
    /// <summary>The angle that a pair turns by from one position to the next.</summary>
    /// <param name="angle">The angle without scaling, in radians, more than 0.</param>
    public double Scaled(double angle)
    {
        double turns = OriginalSequence * angle / (2 * Math.PI);
        double quick = Math.Clamp((turns - LowFrequency) / (HighFrequency - LowFrequency), 0, 1);
        return ((1 - quick) * angle / Factor) + (quick * angle);
    }
}
