using System.Globalization;

namespace Colossus.Cli.Figures;

/// <summary>Quantities as people read them: few digits, always with a unit.</summary>
internal static class Format
{
    private static readonly string[] Binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    private static readonly string[] Decimal = ["", "k", "M", "G", "T", "P", "E"];

    /// <summary><c>1.5 GiB</c>.</summary>
    public static string Bytes(double bytes) => Scaled(bytes, 1024, Binary);

    /// <summary><c>389 GFLOP/s</c>.</summary>
    public static string FlopsPerSecond(double flops) => Scaled(flops, 1000, Decimal) + "FLOP/s";

    /// <summary><c>389 GFLOP</c>.</summary>
    public static string Flops(double flops) => Scaled(flops, 1000, Decimal) + "FLOP";

    /// <summary><c>10.8 M</c>; numbers below 1,000 stay as they are.</summary>
    public static string Count(double count) => Scaled(count, 1000, Decimal).TrimEnd();

    /// <summary><c>82 %</c>, <c>0.4 %</c>.</summary>
    public static string Percent(double share) => Digits(share * 100) + " %";

    /// <summary><c>850 ms</c>, <c>4.2 s</c>, <c>1:05</c> (minutes), <c>2:01:05</c> (hours), <c>3 d 04:00</c>.</summary>
    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds) || seconds < 0)
        {
            return "?";
        }

        if (seconds < 0.9995)
        {
            return $"{seconds * 1000:0} ms";
        }

        if (seconds < 59.95)
        {
            return $"{seconds:0.0} s";
        }

        var span = TimeSpan.FromSeconds(Math.Round(Math.Min(seconds, 1e9)));
        return span.TotalHours < 1 ? $"{span.Minutes}:{span.Seconds:00}"
            : span.TotalDays < 1 ? $"{span.Hours}:{span.Minutes:00}:{span.Seconds:00}"
            : $"{(int)span.TotalDays} d {span.Hours:00}:{span.Minutes:00}";
    }

    private static string Scaled(double value, double step, string[] units)
    {
        var unit = 0;
        while (Math.Abs(value) >= step && unit < units.Length - 1)
        {
            value /= step;
            unit++;
        }

        return $"{(unit == 0 ? value.ToString("0.##", CultureInfo.InvariantCulture) : Digits(value))} {units[unit]}";
    }

    /// <summary>Three digits at most behind what matters: 4.57, 45.7, 457.</summary>
    private static string Digits(double value) =>
        value.ToString(Math.Abs(value) >= 99.95 ? "0" : Math.Abs(value) >= 9.995 ? "0.#" : "0.##", CultureInfo.InvariantCulture);
}
