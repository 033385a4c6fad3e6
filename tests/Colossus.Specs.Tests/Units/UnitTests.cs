using Colossus.Specs.Units;
using CsCheck;

namespace Colossus.Specs.Tests.Units;

public sealed class UnitTests
{
    [Theory]
    [InlineData("80 GiB", 85_899_345_920)]
    [InlineData("80GB", 80_000_000_000)]
    [InlineData("1.5 KiB", 1536)]
    [InlineData(" 12 B ", 12)]
    [InlineData("9007199254740993", 9_007_199_254_740_993)]
    [InlineData("-1 kB", -1000)]
    public void Amounts_of_data_are_read(string text, long bytes) => Assert.Equal(bytes, Bytes.Parse(text).Count);

    [Theory]
    [InlineData("")]
    [InlineData("GiB")]
    [InlineData("80 gib")]
    [InlineData("80 Gb")]
    [InlineData("80 GiB GiB")]
    [InlineData("1e400 B")]
    [InlineData("1e30 B")]
    [InlineData("NaN B")]
    [InlineData("1.2.3 B")]
    public void What_is_no_amount_of_data_is_refused(string text)
    {
        Assert.False(Bytes.TryParse(text, out var value));
        Assert.Equal(Bytes.Zero, value);
        Assert.Throws<FormatException>(() => Bytes.Parse(text));
    }

    [Fact]
    public void Network_speeds_are_bits_and_memory_speeds_bytes()
    {
        Assert.Equal(50e9, Bandwidth.Parse("400 Gb/s").BytesPerSecond);
        Assert.Equal(Bandwidth.FromGigabitsPerSecond(400), Bandwidth.FromGigabytesPerSecond(50));
        Assert.Equal("50 GB/s", Bandwidth.FromGigabitsPerSecond(400).ToString());
        Assert.Equal(4.8e12, Bandwidth.Parse("4.8 TB/s").BytesPerSecond, 1);
    }

    [Fact]
    public void Speeds_of_computing_are_read_and_written()
    {
        Assert.Equal(989e12, FlopRate.Parse("989 TFLOP/s").PerSecond);
        Assert.Equal("989 TFLOP/s", FlopRate.FromTeraPerSecond(989).ToString());
        Assert.Equal(3e18, Flops.Parse("3 EFLOP").Value);
        Assert.Equal(3e18, Flops.Parse("3e18 FLOP").Value);
        Assert.False(Flops.TryParse("3 TFLOP/s", out _));
    }

    [Theory]
    [InlineData("0.5s", 0.5)]
    [InlineData("500ms", 0.5)]
    [InlineData("20m", 1200)]
    [InlineData("20min", 1200)]
    [InlineData("2d", 172_800)]
    [InlineData("1e-3 s", 1e-3)]
    [InlineData("7 us", 7e-6)]
    public void Times_are_read(string text, double seconds) => Assert.Equal(seconds, Seconds.Parse(text).Value, 12);

    [Fact]
    public void A_time_without_a_unit_is_refused() => Assert.False(Seconds.TryParse("5", out _));

    [Fact]
    public void Operators_carry_units()
    {
        Assert.Equal(Seconds.FromSeconds(2), Flops.FromTera(1978) / FlopRate.FromTeraPerSecond(989));
        Assert.Equal(Seconds.FromMilliseconds(200), Bytes.FromGigabytes(10) / Bandwidth.FromGigabitsPerSecond(400));
        Assert.Equal(Bandwidth.FromGigabytesPerSecond(5), Bytes.FromGigabytes(10) / Seconds.FromSeconds(2));
        Assert.Equal(Bytes.FromGigabytes(10), Bandwidth.FromGigabytesPerSecond(5) * Seconds.FromSeconds(2));
        Assert.Equal(FlopRate.FromTeraPerSecond(4), Flops.FromTera(8) / Seconds.FromSeconds(2));
        Assert.Equal(3600, (Watts.FromMegawatts(150) * Seconds.FromHours(24)).MegawattHours, 9);
        Assert.Equal(Watts.FromKilowatts(1), Joules.FromKilowattHours(1) / Seconds.FromHours(1));
        Assert.Equal(Seconds.FromHours(1), Joules.FromMegawattHours(150) / Watts.FromMegawatts(150));
        Assert.Equal(2.0, Bytes.FromCount(4) / Bytes.FromCount(2));
        Assert.True(Bytes.FromKibibytes(1) > Bytes.FromCount(1023) && Seconds.FromDays(1) <= Seconds.FromHours(24));
        Assert.Equal(0.5, Seconds.FromTimeSpan(TimeSpan.FromMilliseconds(500)).Value);
        Assert.Equal(TimeSpan.FromMilliseconds(1.5), Seconds.FromMilliseconds(1.5).ToTimeSpan());
    }

    [Fact]
    public void Whole_quantities_do_not_overflow_in_silence()
    {
        Assert.Throws<OverflowException>(() => Bytes.FromCount(long.MaxValue) + Bytes.FromCount(1));
        Assert.Throws<OverflowException>(() => Bytes.FromCount(long.MinValue) - Bytes.FromCount(1));
        Assert.Throws<OverflowException>(() => TokenCount.FromCount(long.MaxValue) * 2);
        Assert.Throws<OverflowException>(() => Bytes.FromGibibytes(1e12));
    }

    [Fact]
    public void Quantities_are_written_with_the_unit_that_fits()
    {
        Assert.Equal("0 B", Bytes.Zero.ToString());
        Assert.Equal("1023 B", Bytes.FromCount(1023).ToString());
        Assert.Equal("1 KiB", Bytes.FromCount(1024).ToString());
        Assert.Equal("-1.5 KiB", Bytes.FromCount(-1536).ToString());
        Assert.Equal("1 MiB", Bytes.FromCount(1024 * 1024 - 1).ToString());
        Assert.Equal("500 ms", Seconds.FromSeconds(0.5).ToString());
        Assert.Equal("12 ns", Seconds.FromSeconds(1.2e-8).ToString());
        Assert.Equal("2 d", Seconds.FromDays(2).ToString());
        Assert.Equal("15 T", TokenCount.FromTrillions(15).ToString());
        Assert.Equal("150 MW", Watts.FromMegawatts(150).ToString());
        Assert.Equal("3.6 MJ", Joules.FromKilowattHours(1).ToString());
        Assert.Equal("1 TFLOP", Flops.FromOperations(999_999_999_999).ToString());
    }

    [Fact]
    public void What_is_written_is_read_back_to_four_digits()
    {
        Gen.Double[-1e20, 1e20].Sample(value => Near(value, Flops.Parse(Flops.FromOperations(value).ToString()).Value));
        Gen.Double[1e-8, 1e9].Sample(value => Near(value, Seconds.Parse(Seconds.FromSeconds(value).ToString()).Value));
        Gen.Double[0, 1e17].Sample(value => Near(value, Bandwidth.Parse(Bandwidth.FromBytesPerSecond(value).ToString()).BytesPerSecond));
        Gen.Double[0, 1e17].Sample(value => Near(value, Joules.Parse(Joules.FromJoules(value).ToString()).Value));
        Gen.Double[0, 1e11].Sample(value => Near(value, Watts.Parse(Watts.FromWatts(value).ToString()).Value));
        Gen.Long[-(1L << 62), 1L << 62].Sample(value => Near(value, Bytes.Parse(Bytes.FromCount(value).ToString()).Count));
        Gen.Long[0, 1L << 52].Sample(value => Near(value, TokenCount.Parse(TokenCount.FromCount(value).ToString()).Count));
    }

    private static bool Near(double value, double read) => Math.Abs(value - read) <= Math.Abs(value) * 6e-4 || Math.Abs(value) < 1e-9;

    [Fact]
    public void A_text_is_refused_or_read_to_what_can_be_written()
    {
        var texts = Gen.OneOf(Gen.String, Gen.String[Gen.Char["0123456789.eE+- kMGTiBbs/"], 0, 12]);
        texts.Sample(text => !Bytes.TryParse(text, out var value) || Bytes.TryParse(value.ToString(), out _), iter: 5000);
        texts.Sample(text => !Seconds.TryParse(text, out var value) || Seconds.TryParse(value.ToString(), out _), iter: 5000);
        texts.Sample(text => !Bandwidth.TryParse(text, out var value) || Bandwidth.TryParse(value.ToString(), out _), iter: 5000);
    }
}
