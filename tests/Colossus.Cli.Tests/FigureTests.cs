using Colossus.Cli.Figures;

namespace Colossus.Cli.Tests;

public sealed class FigureTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(25_233_981_440, "23.5 GiB")]
    public void Bytes_have_a_binary_unit(double bytes, string expected) => Assert.Equal(expected, Format.Bytes(bytes));

    [Theory]
    [InlineData(3.891e11, "389 GFLOP/s")]
    [InlineData(9.5e12, "9.5 TFLOP/s")]
    public void Speeds_have_a_decimal_unit(double flops, string expected) => Assert.Equal(expected, Format.FlopsPerSecond(flops));

    [Theory]
    [InlineData(10_800_000, "10.8 M")]
    [InlineData(999, "999")]
    public void Counts_are_short(double count, string expected) => Assert.Equal(expected, Format.Count(count));

    [Theory]
    [InlineData(0.817, "81.7 %")]
    [InlineData(1, "100 %")]
    [InlineData(0.004, "0.4 %")]
    public void Shares_are_percent(double share, string expected) => Assert.Equal(expected, Format.Percent(share));

    [Theory]
    [InlineData(0.0042, "4 ms")]
    [InlineData(0.9996, "1.0 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(59.96, "1:00")]
    [InlineData(65, "1:05")]
    [InlineData(7265, "2:01:05")]
    [InlineData(273_600, "3 d 04:00")]
    [InlineData(double.NaN, "?")]
    [InlineData(double.PositiveInfinity, "?")]
    public void Durations_take_the_unit_that_fits(double seconds, string expected) => Assert.Equal(expected, Format.Duration(seconds));

    [Fact]
    public void A_falling_curve_falls()
    {
        Assert.Equal("█▆▅▃▁", Sparkline.Draw([5, 4, 3, 2, 1], 10));
        Assert.Equal("█▁", Sparkline.Draw([5, 4, 2, 1], 2));
    }

    [Fact]
    public void A_curve_of_nothing_is_empty_and_a_flat_one_is_flat()
    {
        Assert.Equal("", Sparkline.Draw([], 10));
        Assert.Equal("", Sparkline.Draw([double.NaN], 10));
        Assert.Equal("▁▁", Sparkline.Draw([1, double.NaN, 1], 10));
    }
}
