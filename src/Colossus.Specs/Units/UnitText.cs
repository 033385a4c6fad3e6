using System.Globalization;

namespace Colossus.Specs.Units;

/// <summary>A number with a unit, as people write it: <c>80 GiB</c>, <c>400Gb/s</c>, <c>1e-3 s</c>.</summary>
internal static class UnitText
{
    /// <summary>Reads a number and its unit.</summary>
    /// <param name="text">The text; spaces around the number do not count.</param>
    /// <param name="units">Each unit with what one of it is worth; case counts, so that Gb and GB differ.</param>
    /// <param name="value">The worth; finite.</param>
    public static bool TryParse(string? text, ReadOnlySpan<(string Unit, double Worth)> units, out double value)
    {
        value = 0;
        var all = (text ?? string.Empty).AsSpan().Trim();
        int length = NumberLength(all);
        if (length == 0 || !double.TryParse(all[..length], NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            return false;
        }

        var written = all[length..].Trim();
        foreach (var (unit, worth) in units)
        {
            if (written.SequenceEqual(unit))
            {
                value = number * worth;
                return double.IsFinite(value);
            }
        }

        return false;
    }

    /// <summary>Writes a value with the largest of some units that leaves 1 or more in front, to four digits.</summary>
    /// <param name="value">The value, in the unit whose worth is 1.</param>
    /// <param name="units">Units from small to large.</param>
    public static string Format(double value, ReadOnlySpan<(string Unit, double Worth)> units)
    {
        var (unit, worth) = units[0];
        foreach (var larger in units)
        {
            // What rounds to the next unit's 1 is written as 1 of it: 1 TB, never 1000 GB.
            if (Rounded(Math.Abs(value) / larger.Worth) >= 1)
            {
                (unit, worth) = larger;
            }
        }

        return $"{Rounded(value / worth).ToString("0.############", CultureInfo.InvariantCulture)} {unit}";
    }

    private static double Rounded(double value) =>
        double.Parse(value.ToString("G4", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static int NumberLength(ReadOnlySpan<char> text)
    {
        int at = text.Length > 0 && text[0] is '-' or '+' ? 1 : 0;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
        {
            at++;
        }

        // An exponent needs digits: the 'E' of "3 EFLOP" is a prefix.
        int exponent = at + 1;
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            exponent += exponent < text.Length && text[exponent] is '-' or '+' ? 1 : 0;
            int digits = exponent;
            while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            {
                digits++;
            }

            at = digits > exponent ? digits : at;
        }

        return at;
    }
}
