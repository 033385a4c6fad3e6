namespace Colossus.Specs.Units;

/// <summary>A speed of computing: floating-point operations a second.</summary>
/// <remarks>For a number of operations there is <see cref="Flops"/>.</remarks>
public readonly record struct FlopRate : IComparable<FlopRate>
{
    private static readonly (string Unit, double Worth)[] shown = [("FLOP/s", 1), ("kFLOP/s", 1e3), ("MFLOP/s", 1e6), ("GFLOP/s", 1e9), ("TFLOP/s", 1e12), ("PFLOP/s", 1e15), ("EFLOP/s", 1e18)];

    private static readonly (string Unit, double Worth)[] known = [("FLOP/s", 1), ("kFLOP/s", 1e3), ("MFLOP/s", 1e6), ("GFLOP/s", 1e9), ("TFLOP/s", 1e12), ("PFLOP/s", 1e15), ("EFLOP/s", 1e18)];

    private FlopRate(double value) => PerSecond = value;

    /// <summary>None.</summary>
    public static FlopRate Zero => default;

    /// <summary>Operations a second.</summary>
    public double PerSecond { get; }

    /// <summary>In units of 1e12 operations a second.</summary>
    public double TeraPerSecond => PerSecond / 1e12;

    /// <summary>Operations a second.</summary>
    public static FlopRate FromPerSecond(double value) => new(value);

    /// <summary>Units of 1e9 operations a second.</summary>
    public static FlopRate FromGigaPerSecond(double value) => new(value * 1e9);

    /// <summary>Units of 1e12 operations a second.</summary>
    public static FlopRate FromTeraPerSecond(double value) => new(value * 1e12);

    /// <summary>Reads a text such as <c>989 TFLOP/s</c>; units: FLOP/s, kFLOP/s, MFLOP/s, GFLOP/s, TFLOP/s, PFLOP/s, EFLOP/s.</summary>
    /// <param name="text">A number and a unit; case counts.</param>
    /// <param name="value">What it says; zero when it is not understood.</param>
    public static bool TryParse(string? text, out FlopRate value)
    {
        bool understood = UnitText.TryParse(text, known, out double amount);
        value = new FlopRate(understood ? amount : 0);
        return understood;
    }

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">The text is not understood.</exception>
    public static FlopRate Parse(string text) =>
        TryParse(text, out FlopRate value) ? value : throw new FormatException($"'{text}' is no speed of computing; write it as in 989 TFLOP/s");

    /// <summary>Sum.</summary>
    public static FlopRate operator +(FlopRate left, FlopRate right) => new(left.PerSecond + right.PerSecond);

    /// <summary>Difference.</summary>
    public static FlopRate operator -(FlopRate left, FlopRate right) => new(left.PerSecond - right.PerSecond);

    /// <summary>Several times.</summary>
    public static FlopRate operator *(FlopRate left, double right) => new(left.PerSecond * right);

    /// <summary>Several times.</summary>
    public static FlopRate operator *(double left, FlopRate right) => right * left;

    /// <summary>A part.</summary>
    public static FlopRate operator /(FlopRate left, double right) => new(left.PerSecond / right);

    /// <summary>Ratio.</summary>
    public static double operator /(FlopRate left, FlopRate right) => left.PerSecond / right.PerSecond;

    /// <summary>Operations done in a time.</summary>
    public static Flops operator *(FlopRate left, Seconds right) => Flops.FromOperations(left.PerSecond * right.Value);

    /// <summary>Less.</summary>
    public static bool operator <(FlopRate left, FlopRate right) => left.PerSecond < right.PerSecond;

    /// <summary>More.</summary>
    public static bool operator >(FlopRate left, FlopRate right) => left.PerSecond > right.PerSecond;

    /// <summary>Less or equal.</summary>
    public static bool operator <=(FlopRate left, FlopRate right) => left.PerSecond <= right.PerSecond;

    /// <summary>More or equal.</summary>
    public static bool operator >=(FlopRate left, FlopRate right) => left.PerSecond >= right.PerSecond;

    /// <inheritdoc/>
    public int CompareTo(FlopRate other) => PerSecond.CompareTo(other.PerSecond);

    /// <summary>To four digits, in the unit that fits: <c>989 TFLOP/s</c>.</summary>
    public override string ToString() => UnitText.Format(PerSecond, shown);
}
