namespace Colossus.Specs.Units;

/// <summary>A length of time.</summary>
/// <remarks>For prices and rates. Simulated time is a <c>long</c> of nanoseconds, and settings of a job are <see cref="TimeSpan"/>.</remarks>
public readonly record struct Seconds : IComparable<Seconds>
{
    private static readonly (string Unit, double Worth)[] shown = [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1), ("min", 60), ("h", 3600), ("d", 86400)];

    private static readonly (string Unit, double Worth)[] known = [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1), ("min", 60), ("h", 3600), ("d", 86400), ("m", 60), ("µs", 1e-6)];

    private Seconds(double value) => Value = value;

    /// <summary>None.</summary>
    public static Seconds Zero => default;

    /// <summary>Seconds.</summary>
    public double Value { get; }

    /// <summary>Seconds.</summary>
    public static Seconds FromSeconds(double value) => new(value);

    /// <summary>Thousandths of a second.</summary>
    public static Seconds FromMilliseconds(double value) => new(value * 1e-3);

    /// <summary>Millionths of a second.</summary>
    public static Seconds FromMicroseconds(double value) => new(value * 1e-6);

    /// <summary>Hours.</summary>
    public static Seconds FromHours(double value) => new(value * 3600);

    /// <summary>Days.</summary>
    public static Seconds FromDays(double value) => new(value * 86400);

    /// <summary>From the framework's own type.</summary>
    public static Seconds FromTimeSpan(TimeSpan value) => new(value.TotalSeconds);

    /// <summary>As the framework's own type, rounded to 100 ns.</summary>
    /// <exception cref="OverflowException">It is longer than 29,000 years.</exception>
    public TimeSpan ToTimeSpan() => TimeSpan.FromTicks(checked((long)Math.Round(Value * TimeSpan.TicksPerSecond)));

    /// <summary>Reads a text such as <c>0.5s</c>; units: ns, us, ms, s, min, h, d, m, µs.</summary>
    /// <param name="text">A number and a unit; case counts.</param>
    /// <param name="value">What it says; zero when it is not understood.</param>
    public static bool TryParse(string? text, out Seconds value)
    {
        bool understood = UnitText.TryParse(text, known, out double amount);
        value = new Seconds(understood ? amount : 0);
        return understood;
    }

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">The text is not understood.</exception>
    public static Seconds Parse(string text) =>
        TryParse(text, out Seconds value) ? value : throw new FormatException($"'{text}' is no length of time; write it as in 0.5s");

    /// <summary>Sum.</summary>
    public static Seconds operator +(Seconds left, Seconds right) => new(left.Value + right.Value);

    /// <summary>Difference.</summary>
    public static Seconds operator -(Seconds left, Seconds right) => new(left.Value - right.Value);

    /// <summary>Several times.</summary>
    public static Seconds operator *(Seconds left, double right) => new(left.Value * right);

    /// <summary>Several times.</summary>
    public static Seconds operator *(double left, Seconds right) => right * left;

    /// <summary>A part.</summary>
    public static Seconds operator /(Seconds left, double right) => new(left.Value / right);

    /// <summary>Ratio.</summary>
    public static double operator /(Seconds left, Seconds right) => left.Value / right.Value;

    /// <summary>Less.</summary>
    public static bool operator <(Seconds left, Seconds right) => left.Value < right.Value;

    /// <summary>More.</summary>
    public static bool operator >(Seconds left, Seconds right) => left.Value > right.Value;

    /// <summary>Less or equal.</summary>
    public static bool operator <=(Seconds left, Seconds right) => left.Value <= right.Value;

    /// <summary>More or equal.</summary>
    public static bool operator >=(Seconds left, Seconds right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(Seconds other) => Value.CompareTo(other.Value);

    /// <summary>To four digits, in the unit that fits: <c>500 ms</c>.</summary>
    public override string ToString() => UnitText.Format(Value, shown);
}
