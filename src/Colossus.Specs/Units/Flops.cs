namespace Colossus.Specs.Units;

/// <summary>A number of floating-point operations; a multiplication and an addition are two.</summary>
/// <remarks>Exact while whole and below 2^53 (9.0e15); beyond, the nearest double. For a speed there is <see cref="FlopRate"/>.</remarks>
public readonly record struct Flops : IComparable<Flops>
{
    private static readonly (string Unit, double Worth)[] shown = [("FLOP", 1), ("kFLOP", 1e3), ("MFLOP", 1e6), ("GFLOP", 1e9), ("TFLOP", 1e12), ("PFLOP", 1e15), ("EFLOP", 1e18), ("ZFLOP", 1e21), ("YFLOP", 1e24)];

    private static readonly (string Unit, double Worth)[] known = [("FLOP", 1), ("kFLOP", 1e3), ("MFLOP", 1e6), ("GFLOP", 1e9), ("TFLOP", 1e12), ("PFLOP", 1e15), ("EFLOP", 1e18), ("ZFLOP", 1e21), ("YFLOP", 1e24)];

    private Flops(double value) => Value = value;

    /// <summary>None.</summary>
    public static Flops Zero => default;

    /// <summary>Operations; a whole number is exact up to 2^53.</summary>
    public double Value { get; }

    /// <summary>Operations.</summary>
    public static Flops FromOperations(double value) => new(value);

    /// <summary>Units of 1e12 operations.</summary>
    public static Flops FromTera(double value) => new(value * 1e12);

    /// <summary>Units of 1e18 operations.</summary>
    public static Flops FromExa(double value) => new(value * 1e18);

    /// <summary>Reads a text such as <c>2.5 EFLOP</c>; units: FLOP, kFLOP, MFLOP, GFLOP, TFLOP, PFLOP, EFLOP, ZFLOP, YFLOP.</summary>
    /// <param name="text">A number and a unit; case counts.</param>
    /// <param name="value">What it says; zero when it is not understood.</param>
    public static bool TryParse(string? text, out Flops value)
    {
        bool understood = UnitText.TryParse(text, known, out double amount);
        value = new Flops(understood ? amount : 0);
        return understood;
    }

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">The text is not understood.</exception>
    public static Flops Parse(string text) =>
        TryParse(text, out Flops value) ? value : throw new FormatException($"'{text}' is no number of operations; write it as in 2.5 EFLOP");

    /// <summary>Sum.</summary>
    public static Flops operator +(Flops left, Flops right) => new(left.Value + right.Value);

    /// <summary>Difference.</summary>
    public static Flops operator -(Flops left, Flops right) => new(left.Value - right.Value);

    /// <summary>Several times.</summary>
    public static Flops operator *(Flops left, double right) => new(left.Value * right);

    /// <summary>Several times.</summary>
    public static Flops operator *(double left, Flops right) => right * left;

    /// <summary>A part.</summary>
    public static Flops operator /(Flops left, double right) => new(left.Value / right);

    /// <summary>Ratio.</summary>
    public static double operator /(Flops left, Flops right) => left.Value / right.Value;

    /// <summary>Time they take.</summary>
    public static Seconds operator /(Flops left, FlopRate right) => Seconds.FromSeconds(left.Value / right.PerSecond);

    /// <summary>Speed of doing them in a time.</summary>
    public static FlopRate operator /(Flops left, Seconds right) => FlopRate.FromPerSecond(left.Value / right.Value);

    /// <summary>Less.</summary>
    public static bool operator <(Flops left, Flops right) => left.Value < right.Value;

    /// <summary>More.</summary>
    public static bool operator >(Flops left, Flops right) => left.Value > right.Value;

    /// <summary>Less or equal.</summary>
    public static bool operator <=(Flops left, Flops right) => left.Value <= right.Value;

    /// <summary>More or equal.</summary>
    public static bool operator >=(Flops left, Flops right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(Flops other) => Value.CompareTo(other.Value);

    /// <summary>To four digits, in the unit that fits: <c>2.5 EFLOP</c>.</summary>
    public override string ToString() => UnitText.Format(Value, shown);
}
