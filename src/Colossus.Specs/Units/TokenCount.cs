using System.Globalization;

namespace Colossus.Specs.Units;

/// <summary>A number of tokens.</summary>
/// <remarks>Whole tokens in 64 bits; sums and products that do not fit throw <see cref="OverflowException"/>.</remarks>
public readonly record struct TokenCount : IComparable<TokenCount>
{
    private static readonly (string Unit, double Worth)[] shown = [("tokens", 1), ("k", 1e3), ("M", 1e6), ("B", 1e9), ("T", 1e12)];

    private static readonly (string Unit, double Worth)[] known = [("tokens", 1), ("k", 1e3), ("M", 1e6), ("B", 1e9), ("T", 1e12)];

    private TokenCount(long value) => Count = value;

    /// <summary>None.</summary>
    public static TokenCount Zero => default;

    /// <summary>Tokens, whole.</summary>
    public long Count { get; }

    /// <summary>Tokens.</summary>
    public static TokenCount FromCount(long value) => new(value);

    /// <summary>Units of 1e9 tokens.</summary>
    public static TokenCount FromBillions(double value) => new(checked((long)Math.Round(value * 1e9)));

    /// <summary>Units of 1e12 tokens.</summary>
    public static TokenCount FromTrillions(double value) => new(checked((long)Math.Round(value * 1e12)));

    /// <summary>Reads a text such as <c>15 T</c>; units: tokens, k, M, B, T.</summary>
    /// <param name="text">A number and a unit; case counts.</param>
    /// <param name="value">What it says; zero when it is not understood.</param>
    public static bool TryParse(string? text, out TokenCount value)
    {
        // Whole numbers are read as such: a double holds no more than 53 bits.
        if (text is not null && long.TryParse(text.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            value = new TokenCount(whole);
            return true;
        }

        bool understood = UnitText.TryParse(text, known, out double amount) && Math.Abs(amount) < long.MaxValue;
        value = new TokenCount(understood ? (long)Math.Round(amount) : 0);
        return understood;
    }

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">The text is not understood.</exception>
    public static TokenCount Parse(string text) =>
        TryParse(text, out TokenCount value) ? value : throw new FormatException($"'{text}' is no number of tokens; write it as in 15 T");

    /// <summary>Sum.</summary>
    public static TokenCount operator +(TokenCount left, TokenCount right) => new(checked(left.Count + right.Count));

    /// <summary>Difference.</summary>
    public static TokenCount operator -(TokenCount left, TokenCount right) => new(checked(left.Count - right.Count));

    /// <summary>Several times.</summary>
    public static TokenCount operator *(TokenCount left, long right) => new(checked(left.Count * right));

    /// <summary>Several times.</summary>
    public static TokenCount operator *(long left, TokenCount right) => right * left;

    /// <summary>Ratio.</summary>
    public static double operator /(TokenCount left, TokenCount right) => (double)left.Count / right.Count;

    /// <summary>Less.</summary>
    public static bool operator <(TokenCount left, TokenCount right) => left.Count < right.Count;

    /// <summary>More.</summary>
    public static bool operator >(TokenCount left, TokenCount right) => left.Count > right.Count;

    /// <summary>Less or equal.</summary>
    public static bool operator <=(TokenCount left, TokenCount right) => left.Count <= right.Count;

    /// <summary>More or equal.</summary>
    public static bool operator >=(TokenCount left, TokenCount right) => left.Count >= right.Count;

    /// <inheritdoc/>
    public int CompareTo(TokenCount other) => Count.CompareTo(other.Count);

    /// <summary>To four digits, in the unit that fits: <c>15 T</c>.</summary>
    public override string ToString() => UnitText.Format(Count, shown);
}
