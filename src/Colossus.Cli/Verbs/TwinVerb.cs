using System.CommandLine;
using System.Globalization;
using Colossus.Cli.Figures;
using Colossus.Specs.Tables;
using Colossus.Twin.Calibration;
using Colossus.Twin.Cases;
using Colossus.Twin.Pricing;
using Colossus.Twin.Reports;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus twin check, calibrate</c>: predicted against measured steps, and a fit to one's own.</summary>
internal sealed class TwinVerb : Verb
{
    public TwinVerb(CliHost host) : base("twin", "How far the twin's predictions lie from measured steps, and a fit to steps of one's own", host)
    {
        Subcommands.Add(new CheckVerb(host));
        Subcommands.Add(new CalibrateVerb(host));
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("colossus twin check data/published_runs.csv --report check.html", "every published run that ships with Colossus"),
        new("colossus twin calibrate my-runs.csv --out my-twin", "fit to your own measurements"),
    ];

    // Each run by a fit that has not seen its like; a bar shows how many fits are done.
    private static double[] LeftOut(CliHost host, IReadOnlyList<RunCase> cases, TwinParameters expected, HoldOut holdOut, CancellationToken cancellation)
    {
        var progress = new ShareProgressLine(host, holdOut switch
        {
            HoldOut.Source => "fitting without each source",
            HoldOut.Family => "fitting without each family",
            _ => "fitting without each run",
        });
        try
        {
            return CrossValidation.Residuals(cases, expected, holdOut, progress, cancellation);
        }
        finally
        {
            progress.Clear();
        }
    }

    private static Argument<string[]> Tables(string description) =>
        new("cases") { Description = description, Arity = ArgumentArity.OneOrMore };

    private static IReadOnlyList<RunCase> Cases(string path, string shown)
    {
        if (!File.Exists(path))
        {
            throw CliException.BadInput($"there is no file {shown}");
        }

        var table = CsvTable.Parse(PlanningInputs.Table(path, shown), shown);
        var missing = RunCaseReader.MissingColumns(table);
        if (missing.Count > 0)
        {
            throw CliException.BadInput($"{shown}:1:1: the table lacks the columns {string.Join(", ", missing)}; data/published_runs.csv shows all of them");
        }

        return table.Rows.Count > 0 ? RunCaseReader.Read(table) : throw CliException.BadInput($"{shown} has a header and no rows");
    }

    private sealed class CheckVerb : Verb
    {
        private readonly Argument<string[]> cases;
        private readonly Option<string?> report = new("--report") { Description = "write a page that draws predicted against measured", HelpName = "file.html" };
        private readonly Option<string?> twin = PlanningInputs.TwinOption();
        private readonly Option<string?> holdOut = new("--hold-out") { Description = "predict each run by a fit that has not seen its source or its model's family; slow", HelpName = "source|family" };
        private readonly Option<string> format = FormatOption();

        public override IReadOnlyList<Example> Examples =>
        [
            new("colossus twin check data/published_runs.csv --report check.html", "every published run that ships with Colossus"),
            new("colossus twin check data/published_runs.csv --hold-out source", "each by a fit that has not seen its source"),
        ];

        public CheckVerb(CliHost host) : base("check", "Predicted against measured for a table of runs", host)
        {
            cases = Tables("tables with the columns of data/published_runs.csv, taken together");
            holdOut.AcceptOnlyFromAmong("source", "family");
            Arguments.Add(cases);
            Options.Add(report);
            Options.Add(twin);
            Options.Add(holdOut);
            Options.Add(format);
            SetAction((parsed, cancellation) => Task.FromResult(Run(
                parsed.GetRequiredValue(cases),
                parsed.GetValue(report),
                parsed.GetValue(twin),
                parsed.GetValue(holdOut),
                parsed.GetValue(format) == "json",
                cancellation)));
        }

        private int Run(string[] paths, string? reportPath, string? twinFolder, string? leftOut, bool json, CancellationToken cancellation)
        {
            IReadOnlyList<RunCase> rows = [.. paths.SelectMany(path => Cases(Full(path), path))];
            var (parameters, spread) = PlanningInputs.Twin(twinFolder, Full);
            CheckReport result;
            if (leftOut is null)
            {
                result = CheckReport.Of(rows, parameters, spread);
            }
            else
            {
                var residuals = LeftOut(Host, rows, TwinParameters.Expected, leftOut == "source" ? HoldOut.Source : HoldOut.Family, cancellation);
                result = CheckReport.OfResiduals(rows, residuals, spread);
            }

            if (reportPath is not null)
            {
                Save(reportPath, CheckHtml.Write(result, $"Predicted and measured steps: {string.Join(", ", paths.Select(Path.GetFileName))}"));
            }

            if (json)
            {
                Host.Out.WriteLine(CheckJson.Write(result));
            }
            else
            {
                Host.Out.Write(CheckText.Write(result));
            }

            return ExitCode.Done;
        }
    }

    private sealed class CalibrateVerb : Verb
    {
        /// <summary>How far a site may lie from others: standard deviation of the logarithm of the time of its steps.</summary>
        private const double siteFreedom = 0.2;

        private readonly Argument<string[]> cases;
        private readonly Option<string?> output = new("--out") { Description = "folder for the fitted values", HelpName = "folder" };
        private readonly Option<string[]> validation = new("--validate") { Description = "a table of runs that are not fitted: their errors are shown, and count in the intervals", HelpName = "cases.csv" };
        private readonly Option<bool> afresh = new("--afresh") { Description = "start from what is expected before any run is seen, not from the values that ship" };

        public override IReadOnlyList<Example> Examples => [new("colossus twin calibrate my-runs.csv --out my-twin", "five runs are enough to begin with")];

        public CalibrateVerb(CliHost host) : base("calibrate", "Fit the twin to measured steps, and say how sure it then is", host)
        {
            cases = Tables("tables with the columns of data/published_runs.csv and together 5 or more runs");
            Arguments.Add(cases);
            Options.Add(output);
            Options.Add(validation);
            Options.Add(afresh);
            SetAction((parsed, cancellation) => Task.FromResult(Run(parsed.GetRequiredValue(cases), parsed.GetValue(validation) ?? [], parsed.GetValue(output), parsed.GetValue(afresh), cancellation)));
        }

        private int Run(string[] paths, string[] validationPaths, string? folder, bool fromExpected, CancellationToken cancellation)
        {
            IReadOnlyList<RunCase> rows = [.. paths.SelectMany(path => Cases(Full(path), path))];
            RunCase[] usable = [.. rows.Where(row => row.Refused is null)];
            if (usable.Length < 5)
            {
                throw CliException.BadInput($"{string.Join(", ", paths)} {(paths.Length == 1 ? "has" : "have")} {usable.Length} usable runs, 5 are needed; colossus twin check {string.Join(' ', paths)} says why the others are refused");
            }

            // Somebody's own runs have a site and a release of the software in common, which may be quicker or slower at everything than those of the published runs.
            var start = fromExpected ? TwinParameters.Expected : TwinParameters.Shipped.WithSpread(Parameter.SiteFactor, siteFreedom);
            var fitted = Calibrator.Fit(usable, start);
            var sources = usable.Select(row => row.Source).Distinct().Count();
            double[][] residuals = usable.Length <= 60 || sources < 3
                ? [LeftOut(Host, usable, start, HoldOut.Run, cancellation)]
                : [LeftOut(Host, usable, start, HoldOut.Source, cancellation), LeftOut(Host, usable, start, HoldOut.Family, cancellation)];
            // A run to come is sometimes like those of the fit and sometimes like none of them: both kinds of error count.
            RunCase[] unfitted = [.. validationPaths.SelectMany(path => Cases(Full(path), path)).Where(row => row.Refused is null)];
            var spread = CrossValidation.Spread(
                [(usable, fitted.Residuals), .. residuals.Select(set => ((IReadOnlyList<RunCase>)usable, (IReadOnlyList<double>)set)), (unfitted, Calibrator.Residuals(unfitted, fitted.Parameters))]);
            if (!fromExpected)
            {
                // Of kinds of runs that the table lacks the intervals stay as they were.
                spread = new TwinSpread(TwinSpread.Shipped.Rows.Select(row => spread.Rows.FirstOrDefault(own => own.Group == row.Group && own.Rows > 0) ?? row));
            }

            var before = CheckReport.Of(usable, TwinParameters.Shipped, TwinSpread.Shipped);
            var after = CheckReport.Of(usable, fitted.Parameters, spread);
            var unseen = CheckReport.OfResiduals(usable, residuals[0], spread);
            Line($"{usable.Length} runs, {rows.Count - usable.Length} refused");
            Line($"before the fit              mean absolute error {before.Mape * 100:F1} %, bias {before.Bias * 100:F1} %");
            Line($"after it, the same runs     mean absolute error {after.Mape * 100:F1} %, bias {after.Bias * 100:F1} %");
            Line($"after it, runs left out     mean absolute error {unseen.Mape * 100:F1} %, bias {unseen.Bias * 100:F1} %, {unseen.IntervalCoverage * 100:F0} % inside their 90 % interval");
            if (unfitted.Length > 0)
            {
                var validated = CheckReport.Of(unfitted, fitted.Parameters, spread);
                Line($"after it, runs not fitted   mean absolute error {validated.Mape * 100:F1} %, bias {validated.Bias * 100:F1} % ({unfitted.Length} runs, which count in the intervals)");
            }

            foreach (var row in ParameterTable.All)
            {
                var moved = fitted.Parameters[row.Parameter] / start[row.Parameter];
                if (Math.Abs(Math.Log(moved)) > 0.02 && fitted.Parameters.Spread(row.Parameter) < 0.9 * start.Spread(row.Parameter))
                {
                    Line($"  {row.Parameter,-28} {start[row.Parameter]:G4} -> {fitted.Parameters[row.Parameter]:G4} (sure to {fitted.Parameters.Spread(row.Parameter) * 100:F0} %)  {row.Meaning}");
                }
            }

            if (folder is not null)
            {
                Save(Path.Combine(folder, "twin-parameters.csv"), fitted.Parameters.ToCsv());
                Save(Path.Combine(folder, "twin-spread.csv"), spread.ToCsv());
                Host.Say($"written to {folder}; colossus twin check {string.Join(' ', paths)} --twin {folder} uses it");
            }

            return ExitCode.Done;
        }

        private void Line(FormattableString text) => Host.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }
}
