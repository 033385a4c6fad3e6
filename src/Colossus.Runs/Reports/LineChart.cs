using System.Globalization;
using System.Text;

namespace Colossus.Runs.Reports;

/// <summary>A curve over steps as an SVG picture of a few kilobytes, with axes at round numbers.</summary>
public static class LineChart
{
    private const int Width = 760;
    private const int Height = 260;
    private const int Left = 64;
    private const int Right = 16;
    private const int Top = 12;
    private const int Bottom = 32;
    private const int MostPoints = 1000;
    private const int Ticks = 5;

    /// <summary>Draws a curve.</summary>
    /// <param name="points">The curve, in order of X; long ones are thinned.</param>
    /// <param name="marks">Values of X at which something happened: vertical lines.</param>
    /// <param name="horizontal">Title of the horizontal axis.</param>
    /// <returns>An <c>svg</c> element; a sentence when there is no finite point.</returns>
    public static string Draw(IReadOnlyList<ChartPoint> points, IReadOnlyList<double> marks, string horizontal)
    {
        var shown = Thin([.. points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))]);
        if (shown.Count == 0)
        {
            return "<p>no data</p>";
        }

        var (lowX, highX) = Spread(shown.Min(point => point.X), shown.Max(point => point.X));
        var (lowY, highY) = Spread(shown.Min(point => point.Y), shown.Max(point => point.Y));
        double PlaceX(double x) => Left + ((x - lowX) / (highX - lowX) * (Width - Left - Right));
        double PlaceY(double y) => Height - Bottom - ((y - lowY) / (highY - lowY) * (Height - Top - Bottom));

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\">");
        foreach (var y in RoundNumbers(lowY, highY))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{PlaceY(y):0.#}\" y2=\"{PlaceY(y):0.#}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{PlaceY(y) + 4:0.#}\" text-anchor=\"end\">{y:0.######}</text>");
        }

        foreach (var x in RoundNumbers(lowX, highX))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{PlaceX(x):0.#}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{x:0.######}</text>");
        }

        foreach (var mark in marks.Where(mark => mark >= lowX && mark <= highX))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"mark\" x1=\"{PlaceX(mark):0.#}\" x2=\"{PlaceX(mark):0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>");
        }

        var line = string.Join(' ', shown.Select(point => string.Create(CultureInfo.InvariantCulture, $"{PlaceX(point.X):0.#},{PlaceY(point.Y):0.#}")));
        svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"curve\" points=\"{line}\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - Right}\" y=\"{Height - 4}\" text-anchor=\"end\">{horizontal}</text></svg>");
        return svg.ToString();
    }

    /// <summary>Round numbers (1, 2 or 5 times a power of ten apart) between two bounds.</summary>
    /// <param name="low">Lower bound.</param>
    /// <param name="high">Upper bound, above <paramref name="low"/>.</param>
    public static IReadOnlyList<double> RoundNumbers(double low, double high)
    {
        var rough = (high - low) / Ticks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        var first = Math.Ceiling((low / step) - 1e-9);
        var last = Math.Floor((high / step) + 1e-9);
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(index => (first + index) * step)];
    }

    private static (double Low, double High) Spread(double low, double high) => high > low ? (low, high) : (low - 0.5, high + 0.5);

    /// <summary>Of a long curve, the means of equal pieces.</summary>
    private static List<ChartPoint> Thin(List<ChartPoint> points)
    {
        if (points.Count <= MostPoints)
        {
            return points;
        }

        return [.. Enumerable.Range(0, MostPoints).Select(piece =>
        {
            var from = (int)((long)piece * points.Count / MostPoints);
            var to = (int)((long)(piece + 1) * points.Count / MostPoints);
            var part = points.GetRange(from, to - from);
            return new ChartPoint(part.Average(point => point.X), part.Average(point => point.Y));
        })];
    }
}
