using System.Globalization;
using System.Text;
using Colossus.Plan.Work;
using Colossus.Specs.Layouts;
using Colossus.Specs.Sites;
using Colossus.Specs.Tables;

namespace Colossus.Twin.Pricing;

/// <summary>The 90 % interval around a prediction, from the errors on runs that were left out of the fit.</summary>
public sealed class TwinSpread
{
    private static readonly Lazy<TwinSpread> shipped = new(static () => Parse(TwinData.ReadText("twin-spread.csv")));
    private readonly SpreadRow[] rows;

    /// <summary>Makes a table; groups that it lacks get that of the widest row.</summary>
    /// <param name="rows">The rows.</param>
    public TwinSpread(IEnumerable<SpreadRow> rows)
    {
        SpreadRow[] given = [.. rows];
        var widest = new SpreadRow(SpreadGroup.Single, 0, -0.25, 0.25);
        foreach (SpreadRow row in given)
        {
            widest = row.High - row.Low > widest.High - widest.Low ? row : widest;
        }

        this.rows = [.. Enum.GetValues<SpreadGroup>().Select(group => Array.Find(given, row => row.Group == group) ?? widest with { Group = group, Rows = 0 })];
    }

    /// <summary>The table that ships with Colossus.</summary>
    public static TwinSpread Shipped => shipped.Value;

    /// <summary>The rows, one a group.</summary>
    public IReadOnlyList<SpreadRow> Rows => rows;

    /// <summary>The group of a run.</summary>
    /// <param name="model">The model.</param>
    /// <param name="setup">Format and software.</param>
    /// <param name="layout">The layout.</param>
    public static SpreadGroup GroupOf(ModelShape model, TrainingSetup setup, in Layout layout)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(setup);
        if (model.Experts is not null)
        {
            return SpreadGroup.Experts;
        }

        if (layout.Ranks <= 8)
        {
            return setup.Stack == SoftwareStack.Classic ? SpreadGroup.SingleClassic : SpreadGroup.Single;
        }

        return setup.Format is MatrixFormat.Fp8 or MatrixFormat.Mxfp8 or MatrixFormat.Nvfp4 ? SpreadGroup.MultiNarrow : SpreadGroup.MultiWide;
    }

    /// <summary>The interval around a prediction.</summary>
    /// <param name="group">The run's group.</param>
    /// <param name="seconds">The prediction.</param>
    public (double Low, double High) Interval(SpreadGroup group, double seconds)
    {
        SpreadRow row = rows[(int)group];
        return (seconds * Math.Exp(Math.Min(0, row.Low)), seconds * Math.Exp(Math.Max(0, row.High)));
    }

    /// <summary>Reads the data file's text.</summary>
    /// <param name="text">Columns <c>group</c>, <c>rows</c>, <c>low</c>, <c>high</c>.</param>
    public static TwinSpread Parse(string text) => new(
        CsvTable.Parse(text, "twin-spread.csv").Rows
            .Where(static row => Enum.TryParse(row["group"], out SpreadGroup _) && row.Number("low") is not null && row.Number("high") is not null)
            .Select(static row => new SpreadRow(Enum.Parse<SpreadGroup>(row["group"]), row.Whole("rows") ?? 0, row.Number("low")!.Value, row.Number("high")!.Value)));

    /// <summary>The text of a data file with these rows.</summary>
    public string ToCsv()
    {
        var text = new StringBuilder("group,rows,low,high\n");
        foreach (SpreadRow row in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row.Group},{row.Rows},{row.Low:F4},{row.High:F4}\n");
        }

        return text.ToString();
    }
}
