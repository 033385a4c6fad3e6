using System.Globalization;
using System.Text;
using Colossus.Specs.Tables;

namespace Colossus.Twin.Pricing;

/// <summary>Values of the fitted quantities with their spread.</summary>
public sealed class TwinParameters
{
    private static readonly Lazy<TwinParameters> shipped = new(static () => Parse(TwinData.ReadText("twin-parameters.csv")));
    private readonly double[] values;
    private readonly double[] spreads;

    /// <summary>Makes a set from values in the order of <see cref="Parameter"/>.</summary>
    /// <param name="values">Values.</param>
    /// <param name="spreads">Standard deviations of their logarithms.</param>
    public TwinParameters(IReadOnlyList<double> values, IReadOnlyList<double> spreads)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(spreads);
        if (values.Count != ParameterTable.All.Count || spreads.Count != values.Count)
        {
            throw new ArgumentException($"{ParameterTable.All.Count} values are needed, not {values.Count}", nameof(values));
        }

        this.values = [.. values];
        this.spreads = [.. spreads];
    }

    /// <summary>What one expects before seeing a run.</summary>
    public static TwinParameters Expected { get; } =
        new([.. ParameterTable.All.Select(static row => row.Expected)], [.. ParameterTable.All.Select(static row => row.Freedom)]);

    /// <summary>The values that ship with Colossus, fitted to <c>data/published_runs.csv</c>.</summary>
    public static TwinParameters Shipped => shipped.Value;

    /// <summary>Value of a quantity.</summary>
    /// <param name="parameter">Which.</param>
    public double this[Parameter parameter] => values[(int)parameter];

    /// <summary>Standard deviation of the logarithm of a quantity after the fit.</summary>
    /// <param name="parameter">Which.</param>
    public double Spread(Parameter parameter) => spreads[(int)parameter];

    /// <summary>The same values, one of them less sure or surer.</summary>
    /// <param name="parameter">Which.</param>
    /// <param name="spread">Standard deviation of its logarithm.</param>
    public TwinParameters WithSpread(Parameter parameter, double spread)
    {
        double[] changed = [.. spreads];
        changed[(int)parameter] = spread;
        return new TwinParameters(values, changed);
    }

    /// <summary>All values in order.</summary>
    public IReadOnlyList<double> Values => values;

    /// <summary>Reads the data file's text; quantities that it lacks keep what is expected of them.</summary>
    /// <param name="text">Columns <c>name</c>, <c>value</c>, <c>spread</c>.</param>
    public static TwinParameters Parse(string text)
    {
        double[] values = [.. ParameterTable.All.Select(static row => row.Expected)];
        double[] spreads = [.. ParameterTable.All.Select(static row => row.Freedom)];
        foreach (CsvRow row in CsvTable.Parse(text, "twin-parameters.csv").Rows)
        {
            if (Enum.TryParse(row["name"], out Parameter parameter) && row.Number("value") is double value)
            {
                values[(int)parameter] = value;
                spreads[(int)parameter] = row.Number("spread") ?? spreads[(int)parameter];
            }
        }

        return new TwinParameters(values, spreads);
    }

    /// <summary>The text of a data file with these values.</summary>
    public string ToCsv()
    {
        var text = new StringBuilder("name,value,spread,expected,unit,meaning\n");
        foreach (ParameterDefinition row in ParameterTable.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row.Parameter},{this[row.Parameter]:G6},{Spread(row.Parameter):G3},{row.Expected:G6},{row.Unit},\"{row.Meaning}\"\n");
        }

        return text.ToString();
    }
}
