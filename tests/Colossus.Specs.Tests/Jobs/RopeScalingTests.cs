using Colossus.Specs.Jobs;

namespace Colossus.Specs.Tests.Jobs;

public sealed class RopeScalingTests
{
    private static readonly RopeScaling deepSeek = new(40, 1, 32, 4096) { Kind = RopeScalingKind.Yarn, ScoreGrowth = 0.1 };

    // 8192 positions: a pair that turns 0.5, 2.5 or 8192 times in them is slow, half quick and quick. Pair 1 of two turns by base^(-1/2).
    [Theory]
    [InlineData(0.5, 1 / 8.0)]
    [InlineData(1, 1 / 8.0)]
    [InlineData(2.5, 0.5 + (0.5 / 8))]
    [InlineData(4, 1)]
    [InlineData(8192, 1)]
    public void Slow_angles_are_divided_and_quick_ones_stay(double turns, double factor)
    {
        double angle = 2 * Math.PI * turns / 8192;
        Assert.Equal(factor * angle, new RopeScaling(8, 1, 4, 8192).Angle(1, 4, Math.Pow(angle, -2)), 1e-12);
    }

    // By hand, for the 32 pairs of base 10,000 in DeepSeek-V3 (β 32 and 1, 4096 positions): a pair turns 32 times at 64 · ln(4096 / 64π) / (2 ln 10⁴) = 10.47 and once at 22.51,
    // so pairs to 10 stay, those from 23 are divided by 40, and pair 16 is 6/13 on the way: 1 - 6/13 · 39/40 = 0.55.
    [Theory]
    [InlineData(0, 1)]
    [InlineData(10, 1)]
    [InlineData(16, 0.55)]
    [InlineData(22, 1 - (12 / 13.0 * 39 / 40))]
    [InlineData(23, 1 / 40.0)]
    [InlineData(31, 1 / 40.0)]
    public void Angles_of_YaRN_are_those_of_DeepSeek_V3(int pair, double factor) =>
        Assert.Equal(factor * Math.Pow(10_000, -pair / 32.0), deepSeek.Angle(pair, 64, 10_000), 1e-12 * factor * Math.Pow(10_000, -pair / 32.0));

    // arXiv 2309.00071, section 3.4: √(1/t) = 0.1 ln(s) + 1, for queries and for keys.
    [Fact]
    public void Scores_of_YaRN_grow_with_the_logarithm_of_the_factor()
    {
        Assert.Equal(1.3688879454 * 1.3688879454, deepSeek.ScoreFactor, 1e-9);
        Assert.Equal(1, new RopeScaling(8, 1, 4, 8192).ScoreFactor);
    }

    // Fewer positions than radians of a full turn: the passage from quick to slow lies before the first pair, and is empty.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    public void YaRN_divides_every_angle_but_the_first_of_a_context_in_which_none_turns_around(int pair) =>
        Assert.Equal(Math.Pow(10_000, -pair / 32.0) / (pair == 0 ? 1 : 40), (deepSeek with { OriginalSequence = 4 }).Angle(pair, 64, 10_000), 1e-9);

    [Fact]
    public void Each_kind_has_its_defaults_and_takes_none_of_the_other()
    {
        static RopeScaling? Of(string model) => Read.Job($"model: {{ {model} }}").Model.RopeScaling;
        Assert.Equal(deepSeek, Of("preset: deepseek-v3, ropeScaling: { kind: yarn, factor: 40, originalSequence: 4096 }"));
        Assert.Equal(new RopeScaling(8, 1, 4, 8192), Of("preset: llama3-8b, ropeScaling: { factor: 8, originalSequence: 8192 }"));
        Assert.Equal(deepSeek with { Factor = 8, OriginalSequence = 8192 }, Of("preset: llama3.1-8b, ropeScaling: { kind: yarn }"));
        Assert.Equal(deepSeek with { ScoreGrowth = 0.0707 }, Of("preset: deepseek-v3, ropeScaling: { kind: yarn, factor: 40, originalSequence: 4096, scoreGrowth: 0.0707 }"));
    }
}
