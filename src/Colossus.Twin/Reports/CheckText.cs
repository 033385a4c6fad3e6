using System.Globalization;
using System.Text;

namespace Colossus.Twin.Reports;

/// <summary>Writes a check as a Markdown table, for the terminal and for documents.</summary>
public static class CheckText
{
    /// <summary>The text; refused rows are listed below the table.</summary>
    /// <param name="report">The report.</param>
    public static string Write(CheckReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{report.Rows} runs predicted, {report.Refused} refused\n\n");
        text.Append(CultureInfo.InvariantCulture, $"absolute error: mean {report.Mape * 100:F1} %, median {report.MedianAbsoluteError * 100:F1} %, 90th percentile {report.P90AbsoluteError * 100:F1} %, largest {report.MaxAbsoluteError * 100:F1} %\n");
        text.Append(CultureInfo.InvariantCulture, $"bias {report.Bias * 100:F1} %, {report.IntervalCoverage * 100:F1} % of the runs inside their 90 % interval\n\n");
        if (report.Repeated.Rows > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{report.Repeated.Rows} runs share all their columns with another; they lie {report.Repeated.MeanDeviation * 100:F1} % from their common mean, which no model of these columns can predict\n\n");
        }

        text.Append("| group | runs | mean absolute error | bias | inside interval |\n| --- | ---: | ---: | ---: | ---: |\n");
        foreach (CheckGroup group in report.Groups)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {group.Name} | {group.Rows} | {group.Mape * 100:F1} % | {group.Bias * 100:F1} % | {group.IntervalCoverage * 100:F0} % |\n");
        }

        foreach (CheckCase row in report.Cases)
        {
            if (row.Refused is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"\nrefused {row.Id}: {row.Refused}");
            }
        }

        return text.Append('\n').ToString();
    }
}
