using Colossus.Plan.Work;
using Colossus.Specs.Layouts;
using Colossus.Twin.Pricing;
using Colossus.Twin.Sites;

namespace Colossus.Twin.Estimates;

/// <summary>What one step of a job costs on a site.</summary>
/// <param name="Model">The model.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Setup">Format and software.</param>
/// <param name="Layout">The layout.</param>
/// <param name="Price">Where the time goes; its total is the prediction.</param>
/// <param name="LowSeconds">Lower end of the 90 % interval.</param>
/// <param name="HighSeconds">Upper end of the 90 % interval.</param>
/// <param name="Memory">Memory of one accelerator of each stage.</param>
/// <param name="UsableBytes">Bytes of an accelerator that a layout may fill.</param>
/// <param name="ModelFlops">Operations of the step, causal half of attention, nothing counted twice.</param>
/// <param name="Problems">Why the layout is impossible; empty if it is sound. Then all figures above are zero.</param>
/// <param name="Advice">The next best change, in a sentence.</param>
public sealed record StepEstimate(
    ModelShape Model,
    Machine Machine,
    TrainingSetup Setup,
    Layout Layout,
    StepPrice Price,
    double LowSeconds,
    double HighSeconds,
    IReadOnlyList<StageMemory> Memory,
    double UsableBytes,
    double ModelFlops,
    IReadOnlyList<string> Problems,
    string Advice)
{
    /// <summary>The accelerators that the layout runs on, by kind; empty where only a machine was given.</summary>
    public IReadOnlyList<PoolMachine> Pools { get; init; } = [];

    /// <summary>Predicted seconds of a step.</summary>
    public double StepSeconds => Price.Total;

    /// <summary>Tokens a second over all accelerators.</summary>
    public double TokensPerSecond => StepSeconds > 0 ? (double)Layout.GlobalBatch * Model.Sequence / StepSeconds : 0;

    /// <summary>Tokens a second of one accelerator.</summary>
    public double TokensPerSecondPerGpu => TokensPerSecond / Math.Max(1, Layout.Ranks);

    /// <summary>Model FLOPs a second over the peak of the accelerators in 16 bits (in 32 bits for a 32-bit run).</summary>
    public double ModelFlopsUtilization
    {
        get
        {
            double peak = Setup.Format == Specs.Sites.MatrixFormat.Fp32 ? Machine.Accelerator.PeakFp32 : Machine.Accelerator.PeakBf16;
            return StepSeconds > 0 ? ModelFlops / StepSeconds / (peak * Layout.Ranks) : 0;
        }
    }

    /// <summary>The stage that needs the most memory.</summary>
    public StageMemory FullestStage => Memory.Count == 0 ? default : Memory.MaxBy(static stage => stage.Total);

    /// <summary>Whether every stage fits.</summary>
    public bool Fits => Problems.Count == 0 && FullestStage.Total <= UsableBytes;
}
