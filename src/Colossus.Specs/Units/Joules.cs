namespace Colossus.Specs.Units;

/// <summary>Energy.</summary>
/// <remarks>Written in joules; the units of bills (kWh) are read as well.</remarks>
public readonly record struct Joules : IComparable<Joules>
{
    private static readonly (string Unit, double Worth)[] shown = [("J", 1), ("kJ", 1e3), ("MJ", 1e6), ("GJ", 1e9), ("TJ", 1e12), ("PJ", 1e15)];

    private static readonly (string Unit, double Worth)[] known = [("J", 1), ("kJ", 1e3), ("MJ", 1e6), ("GJ", 1e9), ("TJ", 1e12), ("PJ", 1e15), ("Wh", 3600), ("kWh", 3.6e6), ("MWh", 3.6e9), ("GWh", 3.6e12)];

    private Joules(double value) => Value = value;

    /// <summary>None.</summary>
    public static Joules Zero => default;

    /// <summary>Joules.</summary>
    public double Value { get; }

    /// <summary>In units of 3.6e6 joules.</summary>
    public double KilowattHours => Value / 3.6e6;

    /// <summary>In units of 3.6e9 joules.</summary>
    public double MegawattHours => Value / 3.6e9;

    /// <summary>Joules.</summary>
    public static Joules FromJoules(double value) => new(value);

    /// <summary>Units of 3.6e6 joules.</summary>
    public static Joules FromKilowattHours(double value) => new(value * 3.6e6);

    /// <summary>Units of 3.6e9 joules.</summary>
    public static Joules FromMegawattHours(double value) => new(value * 3.6e9);

    /// <summary>Reads a text such as <c>3.6 MJ</c>; units: J, kJ, MJ, GJ, TJ, PJ, Wh, kWh, MWh, GWh.</summary>
    /// <param name="text">A number and a unit; case counts.</param>
    /// <param name="value">What it says; zero when it is not understood.</param>
    public static bool TryParse(string? text, out Joules value)
    {
        bool understood = UnitText.TryParse(text, known, out double amount);
        value = new Joules(understood ? amount : 0);
        return understood;
    }

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">The text is not understood.</exception>
    public static Joules Parse(string text) =>
        TryParse(text, out Joules value) ? value : throw new FormatException($"'{text}' is no amount of energy; write it as in 3.6 MJ");

    /// <summary>Sum.</summary>
    public static Joules operator +(Joules left, Joules right) => new(left.Value + right.Value);

    /// <summary>Difference.</summary>
    public static Joules operator -(Joules left, Joules right) => new(left.Value - right.Value);

    /// <summary>Several times.</summary>
    public static Joules operator *(Joules left, double right) => new(left.Value * right);

    /// <summary>Several times.</summary>
    public static Joules operator *(double left, Joules right) => right * left;

    /// <summary>A part.</summary>
    public static Joules operator /(Joules left, double right) => new(left.Value / right);

    /// <summary>Ratio.</summary>
    public static double operator /(Joules left, Joules right) => left.Value / right.Value;

    /// <summary>Mean power over a time.</summary>
    public static Watts operator /(Joules left, Seconds right) => Watts.FromWatts(left.Value / right.Value);

    /// <summary>Time for which it lasts.</summary>
    public static Seconds operator /(Joules left, Watts right) => Seconds.FromSeconds(left.Value / right.Value);

    /// <summary>Less.</summary>
    public static bool operator <(Joules left, Joules right) => left.Value < right.Value;

    /// <summary>More.</summary>
    public static bool operator >(Joules left, Joules right) => left.Value > right.Value;

    /// <summary>Less or equal.</summary>
    public static bool operator <=(Joules left, Joules right) => left.Value <= right.Value;

    /// <summary>More or equal.</summary>
    public static bool operator >=(Joules left, Joules right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(Joules other) => Value.CompareTo(other.Value);

    /// <summary>To four digits, in the unit that fits: <c>3.6 MJ</c>.</summary>
    public override string ToString() => UnitText.Format(Value, shown);
}
