namespace Colossus.Specs.Jobs;

/// <summary>Scaling of rotary angles for longer contexts: those that turn slowly are divided by a factor, those that turn quickly stay, and between the two it passes from one to the other.</summary>
/// <param name="Factor">Divides the slow angles, 1 or more; 8 in Llama 3.1, 40 in DeepSeek-V3.</param>
/// <param name="LowFrequency">Angles that turn around less often than this in the original context are slow; more than 0; default 1. YaRN's β_slow.</param>
/// <param name="HighFrequency">Angles that turn around more often than this are quick; more than <paramref name="LowFrequency"/>; default 4, with YaRN 32. YaRN's β_fast.</param>
/// <param name="OriginalSequence">The original context in tokens; 8192 in Llama 3.1, 4096 in DeepSeek-V3.</param>
public sealed record RopeScaling(double Factor, double LowFrequency, double HighFrequency, int OriginalSequence)
{
    /// <summary>How it passes from slow to quick; default <see cref="RopeScalingKind.Llama3"/>.</summary>
    public RopeScalingKind Kind { get; init; }

    /// <summary>
    /// Attention scores are multiplied by (1 + this · ln(factor))²: 0 or more; default 0, with YaRN 0.1 (arXiv 2309.00071, section 3.4, for queries and for keys).
    /// In DeepSeek's configurations it is 0.1 · <c>mscale_all_dim</c>.
    /// </summary>
    public double ScoreGrowth { get; init; }

    /// <summary>Factor on attention scores, 1 or more.</summary>
    public double ScoreFactor => Math.Pow(1 + (ScoreGrowth * Math.Log(Factor)), 2);

    /// <summary>The angle that a pair turns by from one position to the next.</summary>
    /// <param name="pair">Index of the pair, 0 to <paramref name="width"/> / 2 - 1.</param>
    /// <param name="width">Elements of a head that are turned; even.</param>
    /// <param name="ropeBase">Base of the angles; with YaRN more than 1.</param>
    /// <returns>Radians.</returns>
    public double Angle(int pair, int width, double ropeBase)
    {
        double angle = Math.Pow(ropeBase, -2.0 * pair / width);
        double quick = Kind == RopeScalingKind.Yarn ? QuickByPair(pair, width, ropeBase) : QuickByTurns(angle);
        return ((1 - quick) * angle / Factor) + (quick * angle);
    }

    private double QuickByTurns(double angle)
    {
        double turns = OriginalSequence * angle / (2 * Math.PI);
        return Math.Clamp((turns - LowFrequency) / (HighFrequency - LowFrequency), 0, 1);
    }

    private double QuickByPair(int pair, int width, double ropeBase)
    {
        double PairThatTurns(double turns) => width * Math.Log(OriginalSequence / (2 * Math.PI * turns)) / (2 * Math.Log(ropeBase));
        double first = Math.Max(Math.Floor(PairThatTurns(HighFrequency)), 0);

        // An empty passage is made so wide, as in the published programs.
        double last = Math.Max(Math.Min(Math.Ceiling(PairThatTurns(LowFrequency)), width - 1), first + 0.001);
        return 1 - Math.Clamp((pair - first) / (last - first), 0, 1);
    }
}
