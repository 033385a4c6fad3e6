using Colossus.Twin.Calibration;
using Colossus.Twin.Cases;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Reports;

/// <summary>Predicted against measured for a table of runs.</summary>
/// <param name="Rows">Rows that were predicted.</param>
/// <param name="Refused">Rows that the twin cannot represent.</param>
/// <param name="Mape">Mean of |predicted / measured - 1|.</param>
/// <param name="MedianAbsoluteError">Median of it.</param>
/// <param name="P90AbsoluteError">90th percentile of it.</param>
/// <param name="MaxAbsoluteError">Largest of it.</param>
/// <param name="Bias">Mean of predicted / measured - 1.</param>
/// <param name="IntervalCoverage">Share of the rows inside their 90 % interval.</param>
/// <param name="Repeated">Runs that share their columns: how far they lie apart bounds what any model of these columns can reach.</param>
/// <param name="Groups">The same by number of nodes, accelerator, precision, model family and source.</param>
/// <param name="Cases">Every row.</param>
public sealed record CheckReport(
    int Rows,
    int Refused,
    double Mape,
    double MedianAbsoluteError,
    double P90AbsoluteError,
    double MaxAbsoluteError,
    double Bias,
    double IntervalCoverage,
    RepeatedRuns Repeated,
    IReadOnlyList<CheckGroup> Groups,
    IReadOnlyList<CheckCase> Cases)
{
    /// <summary>Predicts every row.</summary>
    /// <param name="cases">The rows.</param>
    /// <param name="parameters">Fitted quantities.</param>
    /// <param name="spread">Intervals.</param>
    public static CheckReport Of(IReadOnlyList<RunCase> cases, TwinParameters parameters, TwinSpread spread)
    {
        ArgumentNullException.ThrowIfNull(cases);
        return Build(cases, row => StepEstimator.Price(row.Model!, row.Machine!, row.Setup!, row.Layout, parameters).Total, spread);
    }

    /// <summary>The same from predictions that were made elsewhere, such as by fits that had not seen the row.</summary>
    /// <param name="cases">The rows.</param>
    /// <param name="residuals">log(predicted / measured) of each row.</param>
    /// <param name="spread">Intervals.</param>
    public static CheckReport OfResiduals(IReadOnlyList<RunCase> cases, IReadOnlyList<double> residuals, TwinSpread spread)
    {
        ArgumentNullException.ThrowIfNull(cases);
        var predicted = new Dictionary<RunCase, double>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < cases.Count; i++)
        {
            predicted[cases[i]] = Math.Exp(residuals[i]) * cases[i].MeasuredSeconds;
        }

        return Build(cases, row => predicted[row], spread);
    }

    private static CheckReport Build(IReadOnlyList<RunCase> cases, Func<RunCase, double> predict, TwinSpread spread)
    {
        CheckCase[] rows = [.. cases.Select(row => Judge(row, predict, spread))];
        (RunCase Case, CheckCase Check)[] judged = [.. cases.Zip(rows).Where(static pair => pair.Second.Refused is null)];
        double[] errors = [.. judged.Select(static pair => Math.Abs(pair.Check.Error!.Value))];
        CheckGroup total = Group("all", [.. judged.Select(static pair => pair.Check)]);
        var groups = new List<CheckGroup>();
        AddGroups(static row => row.MultiNode ? "nodes: several" : "nodes: one");
        AddGroups(static row => "model: " + (row.Model!.Experts is null ? "dense" : "mixture of experts"));
        AddGroups(static row => "accelerator: " + row.Machine!.Accelerator.Id);
        AddGroups(static row => "precision: " + row.Setup!.Format.ToString().ToLowerInvariant());
        AddGroups(static row => "family: " + row.Family);
        AddGroups(static row => "source: " + row.Publisher);
        return new CheckReport(
            judged.Length,
            rows.Length - judged.Length,
            total.Mape,
            errors.Length == 0 ? 0 : CrossValidation.Quantile(errors, 0.5),
            errors.Length == 0 ? 0 : CrossValidation.Quantile(errors, 0.9),
            errors.Length == 0 ? 0 : errors.Max(),
            total.Bias,
            total.IntervalCoverage,
            RepeatedRuns.Among(cases),
            groups,
            rows);

        void AddGroups(Func<RunCase, string> nameOf)
        {
            foreach (IGrouping<string, (RunCase Case, CheckCase Check)> group in judged.GroupBy(pair => nameOf(pair.Case)).OrderBy(static group => group.Key, StringComparer.Ordinal))
            {
                groups.Add(Group(group.Key, [.. group.Select(static pair => pair.Check)]));
            }
        }
    }

    private static CheckCase Judge(RunCase row, Func<RunCase, double> predict, TwinSpread spread)
    {
        if (row.Refused is not null)
        {
            return new CheckCase(row.Id, row.MeasuredSeconds, null, null, null, null, row.Refused);
        }

        double predicted = predict(row);
        (double low, double high) = spread.Interval(CrossValidation.GroupOf(row), predicted);
        return new CheckCase(row.Id, row.MeasuredSeconds, predicted, low, high, (predicted / row.MeasuredSeconds) - 1, null);
    }

    private static CheckGroup Group(string name, IReadOnlyList<CheckCase> rows) => rows.Count == 0
        ? new CheckGroup(name, 0, 0, 0, 0)
        : new CheckGroup(
            name,
            rows.Count,
            rows.Average(static row => Math.Abs(row.Error!.Value)),
            rows.Average(static row => row.Error!.Value),
            rows.Average(static row => row.Covered ? 1.0 : 0.0));
}
