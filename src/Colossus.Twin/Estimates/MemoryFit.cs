using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Specs.Sites;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Estimates;

/// <summary>Whether a layout fits in memory.</summary>
public static class MemoryFit
{
    /// <summary>Left free for the context of the device, communication buffers and fragmentation, bytes; 3 GB: most of the measured runs that fill their device come out just below this line.</summary>
    private const double reservedBytes = 3e9;

    /// <summary>What a rank on a processor needs before its first tensor: the runtime and libtorch, bytes.</summary>
    private const double reservedOfProcess = 0.35e9;

    /// <summary>Bytes of an accelerator that a layout may fill.</summary>
    /// <param name="accelerator">The accelerator.</param>
    public static double UsableBytes(AcceleratorSpec accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return accelerator.MemoryBytes - (accelerator.Generation == AcceleratorGeneration.Cpu ? reservedOfProcess : reservedBytes);
    }

    /// <summary>Bytes a weight and an activation of a kind of software.</summary>
    /// <param name="setup">Format and software.</param>
    public static MemoryRules RulesOf(TrainingSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        bool narrow = setup.Format is MatrixFormat.Fp8 or MatrixFormat.Mxfp8 or MatrixFormat.Nvfp4;
        return setup.Format == MatrixFormat.Fp32
            ? new MemoryRules(WeightBytes: 4, GradientBytes: 4, OptimizerBytes: 8, FlashAttention: setup.FlashAttention)
            : new MemoryRules(
                WeightBytes: 2,
                GradientBytes: 2,
                OptimizerBytes: 12,
                Dropout: setup.Stack == SoftwareStack.Classic,
                FlashAttention: setup.FlashAttention,
                ProductInputBytes: narrow ? 1 : 2);
    }

    /// <summary>Memory of the fullest stage, bytes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">A sound layout.</param>
    /// <param name="rules">Bytes a weight and an activation.</param>
    public static double FullestStage(ModelShape model, in Layout layout, MemoryRules rules)
    {
        ArgumentNullException.ThrowIfNull(model);
        double fullest = MemoryPlan.OfStage(model, layout, 0, rules).Total;
        if (layout.Pipeline > 1)
        {
            fullest = Math.Max(fullest, MemoryPlan.OfStage(model, layout, layout.Pipeline - 1, rules).Total);
        }

        // With layers that do not divide, a stage after the first may hold one more.
        if (layout.Pipeline > 2 && model.Layers % layout.Chunks != 0)
        {
            fullest = Math.Max(fullest, MemoryPlan.OfStage(model, layout, 1, rules).Total);
        }

        return fullest;
    }

    /// <summary>Factor by which the upper end of the interval grows for layouts of which no measured run is known: 1 if there are some.</summary>
    /// <param name="layout">The layout.</param>
    public static double Unmeasured(in Layout layout)
    {
        double factor = 1;
        if (layout.Pipeline > 1 && layout.Schedule == PipelineSchedule.GPipe)
        {
            factor *= 1.10;
        }

        if (layout.Context > 8)
        {
            factor *= 1.05;
        }

        if (layout.Tensor > 16)
        {
            factor *= 1.05;
        }

        // The largest measured runs: 12,288 ranks in all, 512 among which weights are sharded.
        factor *= 1 + (0.03 * Math.Max(0, Math.Log2(layout.Ranks / 12_288.0)));
        return layout.Zero >= 2 ? factor * (1 + (0.05 * Math.Max(0, Math.Log2(layout.DenseReplicas / 512.0)))) : factor;
    }
}
