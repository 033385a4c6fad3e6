namespace Colossus.Cli.Figures;

/// <summary>A curve in one line of text.</summary>
internal static class Sparkline
{
    private const string Heights = "▁▂▃▄▅▆▇█";

    /// <summary>Draws values from left to right; more values than columns are averaged, values that are not finite are left out.</summary>
    /// <param name="values">The curve.</param>
    /// <param name="columns">Longest result in letters.</param>
    public static string Draw(IReadOnlyList<double> values, int columns)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        if (finite.Length == 0 || columns <= 0)
        {
            return "";
        }

        var count = Math.Min(columns, finite.Length);
        var means = Enumerable.Range(0, count).Select(column =>
        {
            var from = (int)((long)column * finite.Length / count);
            var to = (int)((long)(column + 1) * finite.Length / count);
            return finite.AsSpan(from, to - from).ToArray().Average();
        }).ToArray();
        double low = means.Min(), high = means.Max();
        return string.Concat(means.Select(mean => high > low ? Heights[(int)Math.Round((mean - low) / (high - low) * (Heights.Length - 1))] : Heights[0]));
    }
}
