using System.Globalization;
using System.Net;
using System.Text;

namespace Colossus.Twin.Reports;

/// <summary>Draws predicted against measured as one HTML file that needs nothing else: a picture with a point a row, and the errors by group.</summary>
public static class CheckHtml
{
    private const double size = 640;
    private const double margin = 60;

    /// <summary>The page.</summary>
    /// <param name="report">The report.</param>
    /// <param name="title">Title of the page.</param>
    public static string Write(CheckReport report, string title)
    {
        ArgumentNullException.ThrowIfNull(report);
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $$"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>{{WebUtility.HtmlEncode(title)}}</title>
            <style>
            body { font: 15px system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; color: #1b1f24; background: #fff; }
            table { border-collapse: collapse; margin: 1rem 0; } td, th { padding: .25rem .7rem; text-align: right; white-space: nowrap; border-bottom: 1px solid #d8dee4; }
            td:first-child, th:first-child { text-align: left; white-space: normal; } svg { border: 1px solid #d8dee4; } .out { fill: #cf222e; } .in { fill: #0969da; }
            </style></head><body>
            <h1>{{WebUtility.HtmlEncode(title)}}</h1>
            <p>{{report.Rows}} runs predicted, {{report.Refused}} refused. Mean absolute error {{report.Mape * 100:F1}} %, median {{report.MedianAbsoluteError * 100:F1}} %,
            90th percentile {{report.P90AbsoluteError * 100:F1}} %, largest {{report.MaxAbsoluteError * 100:F1}} %, bias {{report.Bias * 100:F1}} %;
            {{report.IntervalCoverage * 100:F1}} % of the runs lie inside their 90 % interval.</p>

            """);
        if (report.Repeated.Rows > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p>{report.Repeated.Rows} runs share all their columns with another and lie {report.Repeated.MeanDeviation * 100:F1} % from their common mean: no model of these columns can predict that.</p>\n");
        }

        Picture(page, report);
        page.Append("<h2>By group</h2><table><tr><th>group</th><th>runs</th><th>mean absolute error</th><th>bias</th><th>inside interval</th></tr>\n");
        foreach (CheckGroup group in report.Groups)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{WebUtility.HtmlEncode(group.Name)}</td><td>{group.Rows}</td><td>{group.Mape * 100:F1} %</td><td>{group.Bias * 100:F1} %</td><td>{group.IntervalCoverage * 100:F0} %</td></tr>\n");
        }

        page.Append("</table><h2>Rows</h2><table><tr><th>run</th><th>measured, s</th><th>predicted, s</th><th>interval, s</th><th>error</th></tr>\n");
        foreach (CheckCase row in report.Cases)
        {
            if (row.Refused is null)
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td>{WebUtility.HtmlEncode(row.Id)}</td><td>{row.MeasuredSeconds:G4}</td><td>{row.PredictedSeconds:G4}</td><td>{row.LowSeconds:G4} to {row.HighSeconds:G4}</td><td>{row.Error * 100:F1} %</td></tr>\n");
            }
            else
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td>{WebUtility.HtmlEncode(row.Id)}</td><td>{row.MeasuredSeconds:G4}</td><td colspan=\"3\">refused: {WebUtility.HtmlEncode(row.Refused)}</td></tr>\n");
            }
        }

        return page.Append("</table></body></html>\n").ToString();
    }

    private static void Picture(StringBuilder page, CheckReport report)
    {
        CheckCase[] rows = [.. report.Cases.Where(static row => row.Refused is null)];
        if (rows.Length == 0)
        {
            return;
        }

        double low = Math.Floor(Math.Log10(rows.Min(static row => Math.Min(row.MeasuredSeconds, row.PredictedSeconds!.Value))));
        double high = Math.Ceiling(Math.Log10(rows.Max(static row => Math.Max(row.MeasuredSeconds, row.PredictedSeconds!.Value))));
        high = Math.Max(high, low + 1);
        page.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {size} {size}\" width=\"{size}\" height=\"{size}\" role=\"img\" aria-label=\"predicted against measured seconds, both on logarithmic axes\">\n");
        page.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(low):F1}\" y1=\"{Y(low):F1}\" x2=\"{X(high):F1}\" y2=\"{Y(high):F1}\" stroke=\"#8c959f\"/>\n");
        for (double decade = low; decade <= high; decade++)
        {
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(decade):F1}\" y=\"{size - margin + 20}\" text-anchor=\"middle\">{Math.Pow(10, decade):#,0.####}</text><text x=\"{margin - 8}\" y=\"{Y(decade) + 5:F1}\" text-anchor=\"end\">{Math.Pow(10, decade):#,0.####}</text>\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"<text x=\"{size / 2}\" y=\"{size - 12}\" text-anchor=\"middle\">measured, s</text><text x=\"14\" y=\"{size / 2}\" transform=\"rotate(-90 14 {size / 2})\" text-anchor=\"middle\">predicted, s</text>\n");
        foreach (CheckCase row in rows)
        {
            double x = X(Math.Log10(row.MeasuredSeconds));
            page.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:F1}\" x2=\"{x:F1}\" y1=\"{Y(Math.Log10(row.LowSeconds!.Value)):F1}\" y2=\"{Y(Math.Log10(row.HighSeconds!.Value)):F1}\" stroke=\"#8c959f\" stroke-opacity=\"0.25\"/>");
            page.Append(CultureInfo.InvariantCulture, $"<circle class=\"{(row.Covered ? "in" : "out")}\" cx=\"{x:F1}\" cy=\"{Y(Math.Log10(row.PredictedSeconds!.Value)):F1}\" r=\"3\"><title>{WebUtility.HtmlEncode(row.Id)}: {row.Error * 100:F1} %</title></circle>\n");
        }

        page.Append("</svg><p>Blue: inside the 90 % interval (grey line); red: outside.</p>\n");

        double X(double log) => margin + ((log - low) / (high - low) * (size - (1.5 * margin)));
        double Y(double log) => size - margin - ((log - low) / (high - low) * (size - (1.5 * margin)));
    }
}
