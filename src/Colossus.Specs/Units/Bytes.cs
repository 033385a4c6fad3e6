using System.Globalization;

namespace Colossus.Specs.Units;

/// <summary>An amount of data.</summary>
/// <remarks>Whole bytes in 64 bits; sums and products that do not fit throw <see cref="OverflowException"/>. Binary prefixes (KiB) count by 1,024, decimal ones (kB) by 1,000.</remarks>
public readonly record struct Bytes : IComparable<Bytes>
{
    private static readonly (string Unit, double Worth)[] shown = [("B", 1), ("KiB", 1024), ("MiB", 1048576), ("GiB", 1073741824), ("TiB", 1099511627776), ("PiB", 1125899906842624), ("EiB", 1152921504606846976)];

    private static readonly (string Unit, double Worth)[] known = [("B", 1), ("KiB", 1024), ("MiB", 1048576), ("GiB", 1073741824), ("TiB", 1099511627776), ("PiB", 1125899906842624), ("EiB", 1152921504606846976), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("PB", 1e15)];

    private Bytes(long value) => Count = value;

    /// <summary>None.</summary>
    public static Bytes Zero => default;

    /// <summary>Bytes, whole.</summary>
    public long Count { get; }

    /// <summary>In units of 1,073,741,824 bytes.</summary>
    public double Gibibytes => Count / 1073741824.0;

    /// <summary>Bytes.</summary>
    public static Bytes FromCount(long value) => new(value);

    /// <summary>Units of 1,024 bytes.</summary>
    public static Bytes FromKibibytes(double value) => new(checked((long)Math.Round(value * 1024)));

    /// <summary>Units of 1,048,576 bytes.</summary>
    public static Bytes FromMebibytes(double value) => new(checked((long)Math.Round(value * 1048576)));

    /// <summary>Units of 1,073,741,824 bytes.</summary>
    public static Bytes FromGibibytes(double value) => new(checked((long)Math.Round(value * 1073741824)));

    /// <summary>Units of 1,000,000,000 bytes.</summary>
    public static Bytes FromGigabytes(double value) => new(checked((long)Math.Round(value * 1e9)));

    /// <summary>Units of 1e12 bytes.</summary>
    public static Bytes FromTerabytes(double value) => new(checked((long)Math.Round(value * 1e12)));

    /// <summary>Reads a text such as <c>80 GiB</c>; units: B, KiB, MiB, GiB, TiB, PiB, EiB, kB, MB, GB, TB, PB.</summary>
    /// <param name="text">A number and a unit; case counts.</param>
    /// <param name="value">What it says; zero when it is not understood.</param>
    public static bool TryParse(string? text, out Bytes value)
    {
        // Whole numbers are read as such: a double holds no more than 53 bits.
        if (text is not null && long.TryParse(text.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            value = new Bytes(whole);
            return true;
        }

        bool understood = UnitText.TryParse(text, known, out double amount) && Math.Abs(amount) < long.MaxValue;
        value = new Bytes(understood ? (long)Math.Round(amount) : 0);
        return understood;
    }

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">The text is not understood.</exception>
    public static Bytes Parse(string text) =>
        TryParse(text, out Bytes value) ? value : throw new FormatException($"'{text}' is no amount of data; write it as in 80 GiB");

    /// <summary>Sum.</summary>
    public static Bytes operator +(Bytes left, Bytes right) => new(checked(left.Count + right.Count));

    /// <summary>Difference.</summary>
    public static Bytes operator -(Bytes left, Bytes right) => new(checked(left.Count - right.Count));

    /// <summary>Several times.</summary>
    public static Bytes operator *(Bytes left, long right) => new(checked(left.Count * right));

    /// <summary>Several times.</summary>
    public static Bytes operator *(long left, Bytes right) => right * left;

    /// <summary>Ratio.</summary>
    public static double operator /(Bytes left, Bytes right) => (double)left.Count / right.Count;

    /// <summary>Time to move them.</summary>
    public static Seconds operator /(Bytes left, Bandwidth right) => Seconds.FromSeconds(left.Count / right.BytesPerSecond);

    /// <summary>Speed of moving them in a time.</summary>
    public static Bandwidth operator /(Bytes left, Seconds right) => Bandwidth.FromBytesPerSecond(left.Count / right.Value);

    /// <summary>Less.</summary>
    public static bool operator <(Bytes left, Bytes right) => left.Count < right.Count;

    /// <summary>More.</summary>
    public static bool operator >(Bytes left, Bytes right) => left.Count > right.Count;

    /// <summary>Less or equal.</summary>
    public static bool operator <=(Bytes left, Bytes right) => left.Count <= right.Count;

    /// <summary>More or equal.</summary>
    public static bool operator >=(Bytes left, Bytes right) => left.Count >= right.Count;

    /// <inheritdoc/>
    public int CompareTo(Bytes other) => Count.CompareTo(other.Count);

    /// <summary>To four digits, in the unit that fits: <c>80 GiB</c>.</summary>
    public override string ToString() => UnitText.Format(Count, shown);
}
