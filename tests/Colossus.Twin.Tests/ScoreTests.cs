using Colossus.Specs.Tables;
using Colossus.Twin.Calibration;
using Colossus.Twin.Cases;
using Colossus.Twin.Pricing;
using Colossus.Twin.Reports;

namespace Colossus.Twin.Tests;

/// <summary>The scores of docs/twin.md; they fail when the twin gets worse. Bounds lie a little above what was reached.</summary>
public sealed class ScoreTests
{
    private static readonly IReadOnlyList<RunCase> published = Read("published_runs.csv");
    private static readonly IReadOnlyList<RunCase> fitted = [.. published, .. Read("further_runs.csv"), .. Read("processor_runs.csv")];

    [Fact]
    public void Published_runs_are_predicted_as_well_as_documented()
    {
        CheckReport report = CheckReport.Of(published, TwinParameters.Shipped, TwinSpread.Shipped);
        Assert.Equal(736, report.Rows);
        Assert.Equal(0, report.Refused);
        Assert.InRange(Group(report, "nodes: several").Mape, 0, 0.07);
        Assert.InRange(Group(report, "nodes: one").Mape, 0, 0.08);
        Assert.InRange(report.Bias, -0.02, 0.02);
        Assert.InRange(report.IntervalCoverage, 0.85, 0.97);
    }

    [Fact]
    public void Runs_that_were_never_fitted_are_predicted_as_well_as_documented()
    {
        CheckReport report = CheckReport.Of(Read("validation_runs.csv"), TwinParameters.Shipped, TwinSpread.Shipped);
        Assert.Equal(588, report.Rows + report.Refused);
        Assert.InRange(report.Refused, 0, 1);
        Assert.InRange(Group(report, "model: dense").Mape, 0, 0.085);
        Assert.InRange(Group(report, "model: mixture of experts").Mape, 0, 0.19);
        Assert.InRange(report.Bias, -0.04, 0.04);
        Assert.InRange(report.IntervalCoverage, 0.85, 0.95);
    }

    [Fact]
    [Trait("speed", "slow")]
    public void Runs_of_sources_that_were_left_out_are_predicted_as_well_as_documented()
    {
        double[] residuals = CrossValidation.Residuals(fitted, TwinParameters.Expected, HoldOut.Source, cancellationToken: TestContext.Current.CancellationToken);
        CheckReport report = CheckReport.OfResiduals(fitted, residuals, TwinSpread.Shipped);
        Assert.InRange(Group(report, "nodes: several").Mape, 0, 0.10);
        Assert.InRange(Group(report, "nodes: one").Mape, 0, 0.12);
        Assert.InRange(report.Bias, -0.03, 0.03);
        Assert.InRange(report.IntervalCoverage, 0.85, 0.97);
    }

    [Fact]
    public void The_values_that_ship_are_the_fit_to_the_tables_that_ship()
    {
        TwinParameters again = Calibrator.Fit(fitted, TwinParameters.Expected, 3, TwinParameters.Shipped).Parameters;
        Assert.All(Enum.GetValues<Parameter>(), parameter => Assert.InRange(again[parameter] / TwinParameters.Shipped[parameter], 0.98, 1.02));
    }

    [Fact]
    public void No_run_is_both_fitted_and_held_back() =>
        Assert.Empty(fitted.Select(static row => row.Id).Intersect(Read("validation_runs.csv").Select(static row => row.Id)));

    [Theory]
    [InlineData("NVIDIA/dgxc-benchmarking tag v24.11.1 (35a9aecc) llama3.1/README_405b.md", "NVIDIA/dgxc-benchmarking")]
    [InlineData("mlcommons/training_results_v3.0 NVIDIA/results/dgxh100_n64_nemo/gpt3", "mlcommons/training_results")]
    [InlineData("Megatron-LM (Narayanan et al. 2021, arXiv 2104.04473)", "Megatron-LM")]
    [InlineData("vTrain data/ground_truth (MIT), MICRO 2024", "vTrain data/ground_truth")]
    public void Two_tables_of_one_publisher_are_one_source(string source, string publisher) =>
        Assert.Equal(publisher, (published[0] with { Source = source }).Publisher);

    [Fact]
    public void A_fit_to_runs_that_the_twin_made_itself_finds_the_quantities_that_made_them()
    {
        double[] values = [.. TwinParameters.Expected.Values];
        values[(int)Parameter.ProductHopper16] *= 0.9;
        values[(int)Parameter.HostClassic] *= 1.3;
        var truth = new TwinParameters(values, values);
        RunCase[] made = [.. published.Select(row => row with { MeasuredSeconds = Calibrator.Predict(row, truth) })];
        TwinParameters found = Calibrator.Fit(made, TwinParameters.Expected).Parameters;
        Assert.InRange(found[Parameter.ProductHopper16] / truth[Parameter.ProductHopper16], 0.97, 1.03);
        Assert.InRange(found[Parameter.HostClassic] / truth[Parameter.HostClassic], 0.97, 1.03);
    }

    [Fact]
    public void Twenty_runs_of_a_site_that_is_slower_at_everything_are_enough_to_learn_it()
    {
        RunCase[] own = [.. published.Where(static row => row.Publisher == "NVIDIA/dgxc-benchmarking").Take(20).Select(static row => row with { MeasuredSeconds = 1.25 * row.MeasuredSeconds })];
        TwinParameters found = Calibrator.Fit(own, TwinParameters.Shipped.WithSpread(Parameter.SiteFactor, 0.2)).Parameters;
        Assert.InRange(CheckReport.Of(own, TwinParameters.Shipped, TwinSpread.Shipped).Bias, -0.3, -0.1);
        Assert.InRange(CheckReport.Of(own, found, TwinSpread.Shipped).Bias, -0.03, 0.03);
        Assert.InRange(found[Parameter.SiteFactor], 1.1, 1.35);
    }

    [Fact]
    public void A_site_factor_stretches_every_part_of_a_step()
    {
        double[] values = [.. TwinParameters.Shipped.Values];
        values[(int)Parameter.SiteFactor] = 1.5;
        var slow = new TwinParameters(values, values);
        foreach (RunCase row in published.Where(static row => row.Layout.Pipeline > 1).Take(10))
        {
            StepPrice usual = StepEstimator.Price(row.Model!, row.Machine!, row.Setup!, row.Layout, TwinParameters.Shipped);
            StepPrice longer = StepEstimator.Price(row.Model!, row.Machine!, row.Setup!, row.Layout, slow);
            Assert.Equal(1.5 * usual.Total, longer.Total, 1e-6 * usual.Total);
            Assert.Equal(1.5 * usual.Bubble, longer.Bubble, 1e-6 * usual.Total);
        }
    }

    [Fact]
    public void Rows_that_cannot_be_represented_are_refused_with_their_reason_and_counted()
    {
        const string header = "id,layers,hidden,heads,kv_heads,ffn,gated,vocab,seq,gpu,gpus,precision,tp,pp,dp,micro_batch,global_batch,step_seconds\n";
        const string rows =
            "good,32,4096,32,8,14336,1,128256,8192,h100-sxm,8,bf16,1,1,8,1,8,3\n" +
            "gpu,32,4096,32,8,14336,1,128256,8192,tpu,8,bf16,1,1,8,1,8,3\n" +
            "grid,32,4096,32,8,14336,1,128256,8192,h100-sxm,16,bf16,1,1,8,1,8,3\n" +
            "format,32,4096,32,8,14336,1,128256,8192,a100-sxm-80gb,8,fp8,1,1,8,1,8,3\n" +
            "text,x,4096,32,8,14336,1,128256,8192,h100-sxm,8,bf16,1,1,8,1,8,3\n";
        CheckReport report = CheckReport.Of(RunCaseReader.Read(CsvTable.Parse(header + rows, "cases.csv")), TwinParameters.Shipped, TwinSpread.Shipped);
        Assert.Equal(1, report.Rows);
        Assert.Equal(4, report.Refused);
        Assert.All(report.Cases.Skip(1), static row => Assert.False(string.IsNullOrEmpty(row.Refused)));
    }

    private static CheckGroup Group(CheckReport report, string name) => report.Groups.Single(group => group.Name == name);

    private static IReadOnlyList<RunCase> Read(string name) => RunCaseReader.Read(CsvTable.Parse(Tables.Text(name), name));
}
