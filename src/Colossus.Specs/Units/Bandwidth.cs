namespace Colossus.Specs.Units;

/// <summary>A speed of moving data.</summary>
/// <remarks>Data sheets of memory say bytes (GB/s), those of networks bits (Gb/s): both are read, bytes are written.</remarks>
public readonly record struct Bandwidth : IComparable<Bandwidth>
{
    private static readonly (string Unit, double Worth)[] shown = [("B/s", 1), ("kB/s", 1e3), ("MB/s", 1e6), ("GB/s", 1e9), ("TB/s", 1e12), ("PB/s", 1e15)];

    private static readonly (string Unit, double Worth)[] known = [("B/s", 1), ("kB/s", 1e3), ("MB/s", 1e6), ("GB/s", 1e9), ("TB/s", 1e12), ("PB/s", 1e15), ("b/s", 0.125), ("kb/s", 125), ("Mb/s", 125e3), ("Gb/s", 125e6), ("Tb/s", 125e9), ("KiB/s", 1024), ("MiB/s", 1048576), ("GiB/s", 1073741824), ("TiB/s", 1099511627776)];

    private Bandwidth(double value) => BytesPerSecond = value;

    /// <summary>None.</summary>
    public static Bandwidth Zero => default;

    /// <summary>Bytes a second.</summary>
    public double BytesPerSecond { get; }

    /// <summary>In units of 1e9 bits a second.</summary>
    public double GigabitsPerSecond => BytesPerSecond / 125e6;

    /// <summary>Bytes a second.</summary>
    public static Bandwidth FromBytesPerSecond(double value) => new(value);

    /// <summary>Units of 1e9 bytes a second.</summary>
    public static Bandwidth FromGigabytesPerSecond(double value) => new(value * 1e9);

    /// <summary>Units of 1e9 bits a second.</summary>
    public static Bandwidth FromGigabitsPerSecond(double value) => new(value * 125e6);

    /// <summary>Reads a text such as <c>400 Gb/s</c>; units: B/s, kB/s, MB/s, GB/s, TB/s, PB/s, b/s, kb/s, Mb/s, Gb/s, Tb/s, KiB/s, MiB/s, GiB/s, TiB/s.</summary>
    /// <param name="text">A number and a unit; case counts.</param>
    /// <param name="value">What it says; zero when it is not understood.</param>
    public static bool TryParse(string? text, out Bandwidth value)
    {
        bool understood = UnitText.TryParse(text, known, out double amount);
        value = new Bandwidth(understood ? amount : 0);
        return understood;
    }

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">The text is not understood.</exception>
    public static Bandwidth Parse(string text) =>
        TryParse(text, out Bandwidth value) ? value : throw new FormatException($"'{text}' is no speed of moving data; write it as in 400 Gb/s");

    /// <summary>Sum.</summary>
    public static Bandwidth operator +(Bandwidth left, Bandwidth right) => new(left.BytesPerSecond + right.BytesPerSecond);

    /// <summary>Difference.</summary>
    public static Bandwidth operator -(Bandwidth left, Bandwidth right) => new(left.BytesPerSecond - right.BytesPerSecond);

    /// <summary>Several times.</summary>
    public static Bandwidth operator *(Bandwidth left, double right) => new(left.BytesPerSecond * right);

    /// <summary>Several times.</summary>
    public static Bandwidth operator *(double left, Bandwidth right) => right * left;

    /// <summary>A part.</summary>
    public static Bandwidth operator /(Bandwidth left, double right) => new(left.BytesPerSecond / right);

    /// <summary>Ratio.</summary>
    public static double operator /(Bandwidth left, Bandwidth right) => left.BytesPerSecond / right.BytesPerSecond;

    /// <summary>Bytes moved in a time, rounded.</summary>
    public static Bytes operator *(Bandwidth left, Seconds right) => Bytes.FromCount(checked((long)Math.Round(left.BytesPerSecond * right.Value)));

    /// <summary>Less.</summary>
    public static bool operator <(Bandwidth left, Bandwidth right) => left.BytesPerSecond < right.BytesPerSecond;

    /// <summary>More.</summary>
    public static bool operator >(Bandwidth left, Bandwidth right) => left.BytesPerSecond > right.BytesPerSecond;

    /// <summary>Less or equal.</summary>
    public static bool operator <=(Bandwidth left, Bandwidth right) => left.BytesPerSecond <= right.BytesPerSecond;

    /// <summary>More or equal.</summary>
    public static bool operator >=(Bandwidth left, Bandwidth right) => left.BytesPerSecond >= right.BytesPerSecond;

    /// <inheritdoc/>
    public int CompareTo(Bandwidth other) => BytesPerSecond.CompareTo(other.BytesPerSecond);

    /// <summary>To four digits, in the unit that fits: <c>50 GB/s</c>.</summary>
    public override string ToString() => UnitText.Format(BytesPerSecond, shown);
}
