namespace Colossus.Specs.Units;

/// <summary>Power.</summary>
/// <remarks>For energy there is <see cref="Joules"/>.</remarks>
public readonly record struct Watts : IComparable<Watts>
{
    private static readonly (string Unit, double Worth)[] shown = [("W", 1), ("kW", 1e3), ("MW", 1e6), ("GW", 1e9)];

    private static readonly (string Unit, double Worth)[] known = [("W", 1), ("kW", 1e3), ("MW", 1e6), ("GW", 1e9)];

    private Watts(double value) => Value = value;

    /// <summary>None.</summary>
    public static Watts Zero => default;

    /// <summary>Watts.</summary>
    public double Value { get; }

    /// <summary>In units of 1e6 watts.</summary>
    public double Megawatts => Value / 1e6;

    /// <summary>Watts.</summary>
    public static Watts FromWatts(double value) => new(value);

    /// <summary>Units of 1e3 watts.</summary>
    public static Watts FromKilowatts(double value) => new(value * 1e3);

    /// <summary>Units of 1e6 watts.</summary>
    public static Watts FromMegawatts(double value) => new(value * 1e6);

    /// <summary>Reads a text such as <c>150 MW</c>; units: W, kW, MW, GW.</summary>
    /// <param name="text">A number and a unit; case counts.</param>
    /// <param name="value">What it says; zero when it is not understood.</param>
    public static bool TryParse(string? text, out Watts value)
    {
        bool understood = UnitText.TryParse(text, known, out double amount);
        value = new Watts(understood ? amount : 0);
        return understood;
    }

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">The text is not understood.</exception>
    public static Watts Parse(string text) =>
        TryParse(text, out Watts value) ? value : throw new FormatException($"'{text}' is no power; write it as in 150 MW");

    /// <summary>Sum.</summary>
    public static Watts operator +(Watts left, Watts right) => new(left.Value + right.Value);

    /// <summary>Difference.</summary>
    public static Watts operator -(Watts left, Watts right) => new(left.Value - right.Value);

    /// <summary>Several times.</summary>
    public static Watts operator *(Watts left, double right) => new(left.Value * right);

    /// <summary>Several times.</summary>
    public static Watts operator *(double left, Watts right) => right * left;

    /// <summary>A part.</summary>
    public static Watts operator /(Watts left, double right) => new(left.Value / right);

    /// <summary>Ratio.</summary>
    public static double operator /(Watts left, Watts right) => left.Value / right.Value;

    /// <summary>Energy used in a time.</summary>
    public static Joules operator *(Watts left, Seconds right) => Joules.FromJoules(left.Value * right.Value);

    /// <summary>Less.</summary>
    public static bool operator <(Watts left, Watts right) => left.Value < right.Value;

    /// <summary>More.</summary>
    public static bool operator >(Watts left, Watts right) => left.Value > right.Value;

    /// <summary>Less or equal.</summary>
    public static bool operator <=(Watts left, Watts right) => left.Value <= right.Value;

    /// <summary>More or equal.</summary>
    public static bool operator >=(Watts left, Watts right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(Watts other) => Value.CompareTo(other.Value);

    /// <summary>To four digits, in the unit that fits: <c>150 MW</c>.</summary>
    public override string ToString() => UnitText.Format(Value, shown);
}
