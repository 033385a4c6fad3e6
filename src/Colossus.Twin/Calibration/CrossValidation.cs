using Colossus.Twin.Cases;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Calibration;

/// <summary>Predicts each run by a fit that has not seen its like.</summary>
public static class CrossValidation
{
    private const int rounds = 10;
    private const int fewestForGroup = 12;

    /// <summary>For each case log(predicted / measured), predicted by a fit without the cases of its key; not a number for refused cases.</summary>
    /// <param name="cases">Measured runs.</param>
    /// <param name="expected">What is expected of the quantities before the fit.</param>
    /// <param name="holdOut">What is left out together.</param>
    /// <param name="progress">Gets the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static double[] Residuals(
        IReadOnlyList<RunCase> cases, TwinParameters expected, HoldOut holdOut, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cases);
        double[] residuals = new double[cases.Count];
        Array.Fill(residuals, double.NaN);
        string[] keys = [.. cases.Select((row, index) => holdOut switch
        {
            HoldOut.Source => row.Publisher,
            HoldOut.Family => row.Family,
            _ => index.ToString(System.Globalization.CultureInfo.InvariantCulture),
        })];
        // Each fit starts where the fit to all ends: it has not far to go.
        TwinParameters all = Calibrator.Fit(cases, expected).Parameters;
        string[] different = [.. keys.Distinct(StringComparer.Ordinal)];
        foreach ((int done, string key) in different.Index())
        {
            progress?.Report((double)done / different.Length);
            cancellationToken.ThrowIfCancellationRequested();
            RunCase[] others = [.. cases.Where((_, index) => keys[index] != key)];
            TwinParameters fitted = Calibrator.Fit(others, expected, rounds, all).Parameters;
            for (int i = 0; i < cases.Count; i++)
            {
                if (keys[i] == key && cases[i].Refused is null)
                {
                    residuals[i] = Math.Log(Calibrator.Predict(cases[i], fitted) / cases[i].MeasuredSeconds);
                }
            }
        }

        return residuals;
    }

    /// <summary>The 90 % interval of each group of runs from errors on runs that were left out.</summary>
    /// <param name="sets">Runs and for each of them log(predicted / measured), one set for each way of leaving out.</param>
    public static TwinSpread Spread(params IReadOnlyList<(IReadOnlyList<RunCase> Cases, IReadOnlyList<double> Residuals)> sets)
    {
        ArgumentNullException.ThrowIfNull(sets);
        var byGroup = Enum.GetValues<SpreadGroup>().ToDictionary(static group => group, static _ => new List<double>());
        foreach ((IReadOnlyList<RunCase> cases, IReadOnlyList<double> residuals) in sets)
        {
            for (int i = 0; i < cases.Count; i++)
            {
                if (!double.IsNaN(residuals[i]))
                {
                    byGroup[GroupOf(cases[i])].Add(-residuals[i]);
                }
            }
        }

        return new TwinSpread(byGroup
            .Where(static pair => pair.Value.Count >= fewestForGroup)
            .Select(static pair => new SpreadRow(pair.Key, pair.Value.Count, Quantile(pair.Value, 0.05), Quantile(pair.Value, 0.95))));
    }

    /// <summary>The group of a case that is not refused.</summary>
    /// <param name="row">The case.</param>
    public static SpreadGroup GroupOf(RunCase row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return TwinSpread.GroupOf(row.Model!, row.Setup!, row.Layout);
    }

    /// <summary>A quantile, with a straight line between the values around it.</summary>
    /// <param name="values">At least one value.</param>
    /// <param name="share">0 to 1.</param>
    internal static double Quantile(IReadOnlyList<double> values, double share)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        double place = share * (sorted.Length - 1);
        int below = (int)Math.Floor(place);
        int above = Math.Min(sorted.Length - 1, below + 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
