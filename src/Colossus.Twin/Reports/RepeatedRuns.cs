using Colossus.Twin.Cases;

namespace Colossus.Twin.Reports;

/// <summary>Runs of a table that share all columns which say what was run, but not the measured time: how far they lie apart is what no model of these columns can predict.</summary>
/// <param name="Configurations">Configurations that were measured more than once.</param>
/// <param name="Rows">Their runs.</param>
/// <param name="MeanDeviation">Mean of |log(measured / geometric mean of the configuration)|, corrected for the mean being taken from the same runs; 0 if there are none.</param>
public sealed record RepeatedRuns(int Configurations, int Rows, double MeanDeviation)
{
    /// <summary>Finds them.</summary>
    /// <param name="cases">The table; refused rows are left out.</param>
    public static RepeatedRuns Among(IEnumerable<RunCase> cases)
    {
        double[][] repeated = [.. cases
            .Where(static row => row.Refused is null)
            .GroupBy(static row => (row.Model, row.Layout, row.Machine, row.Setup))
            .Select(static group => group.Select(static row => Math.Log(row.MeasuredSeconds)).ToArray())
            .Where(static logs => logs.Length > 1)];
        int rows = repeated.Sum(static logs => logs.Length);
        if (rows == 0)
        {
            return new RepeatedRuns(0, 0, 0);
        }

        double mean = repeated.Sum(static logs => logs.Sum(value => Math.Abs(value - logs.Average()))) / rows;
        return new RepeatedRuns(repeated.Length, rows, mean * Math.Sqrt((double)rows / (rows - repeated.Length)));
    }
}
