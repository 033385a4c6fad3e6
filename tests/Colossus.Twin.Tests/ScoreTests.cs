using Colossus.Specs;
using Colossus.Specs.Tables;
using Colossus.Twin.Calibration;
using Colossus.Twin.Cases;
using Colossus.Twin.Pricing;
using Colossus.Twin.Reports;

namespace Colossus.Twin.Tests;

/// <summary>The scores of docs/twin.md; they fail when the twin gets worse. Bounds lie a little above what was reached.</summary>
public sealed class ScoreTests
{
    private static readonly IReadOnlyList<RunCase> cases =
        RunCaseReader.Read(CsvTable.Parse(EmbeddedData.ReadText("published_runs.csv"), "published_runs.csv"));

    [Fact]
    public void Published_runs_are_predicted_as_well_as_documented()
    {
        CheckReport report = CheckReport.Of(cases, TwinParameters.Shipped, TwinSpread.Shipped);
        Assert.Equal(736, report.Rows);
        Assert.Equal(0, report.Refused);
        CheckGroup several = report.Groups.Single(static group => group.Name == "nodes: several");
        CheckGroup one = report.Groups.Single(static group => group.Name == "nodes: one");
        Assert.InRange(several.Mape, 0, 0.065);
        Assert.InRange(one.Mape, 0, 0.075);
        Assert.InRange(report.Bias, -0.02, 0.02);
        Assert.InRange(report.IntervalCoverage, 0.85, 0.97);
    }

    [Fact]
    [Trait("speed", "slow")]
    public void Runs_of_sources_that_were_left_out_are_predicted_as_well_as_documented()
    {
        double[] residuals = CrossValidation.Residuals(cases, TwinParameters.Expected, HoldOut.Source, TestContext.Current.CancellationToken);
        CheckReport report = CheckReport.OfResiduals(cases, residuals, TwinSpread.Shipped);
        CheckGroup several = report.Groups.Single(static group => group.Name == "nodes: several");
        CheckGroup one = report.Groups.Single(static group => group.Name == "nodes: one");
        Assert.InRange(several.Mape, 0, 0.085);
        Assert.InRange(one.Mape, 0, 0.115);
        Assert.InRange(several.Bias, -0.03, 0.03);
        Assert.InRange(report.IntervalCoverage, 0.82, 0.97);
    }

    [Fact]
    public void A_fit_to_runs_that_the_twin_made_itself_finds_the_quantities_that_made_them()
    {
        double[] values = [.. TwinParameters.Expected.Values];
        values[(int)Parameter.ProductHopper16] *= 0.9;
        values[(int)Parameter.HostClassic] *= 1.3;
        var truth = new TwinParameters(values, values);
        RunCase[] made = [.. cases.Select(row => row with { MeasuredSeconds = Calibrator.Predict(row, truth) })];
        TwinParameters found = Calibrator.Fit(made, TwinParameters.Expected).Parameters;
        Assert.InRange(found[Parameter.ProductHopper16] / truth[Parameter.ProductHopper16], 0.97, 1.03);
        Assert.InRange(found[Parameter.HostClassic] / truth[Parameter.HostClassic], 0.97, 1.03);
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
}
