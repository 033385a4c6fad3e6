using Colossus.Plan.Layouts;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Sites;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Estimates;

/// <summary>Whether a layout fits in memory.</summary>
public static class MemoryFit
{
    /// <summary>Left free for the context of the device, communication buffers and fragmentation, bytes; from published reports of 3 to 6 GB.</summary>
    private const double ReservedBytes = 4e9;

    /// <summary>Bytes of an accelerator that a layout may fill.</summary>
    /// <param name="accelerator">The accelerator.</param>
    public static double UsableBytes(AcceleratorSpec accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return accelerator.MemoryBytes - ReservedBytes;
    }

    /// <summary>Bytes a weight and an activation of a kind of software.</summary>
    /// <param name="setup">Format and software.</param>
    public static MemoryRules RulesOf(TrainingSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        return setup.Format == MatrixFormat.Fp32
            ? new MemoryRules(WeightBytes: 4, GradientBytes: 4, OptimizerBytes: 8, FlashAttention: setup.FlashAttention)
            : setup.Stack switch
            {
                SoftwareStack.Classic => new MemoryRules(WeightBytes: 2, GradientBytes: 2, OptimizerBytes: 12, Dropout: true, FlashAttention: false),
                SoftwareStack.Sharded => new MemoryRules(WeightBytes: 2, GradientBytes: 2, OptimizerBytes: 12, FlashAttention: setup.FlashAttention),
                _ => new MemoryRules(WeightBytes: 2, GradientBytes: 2, OptimizerBytes: 12, FlashAttention: setup.FlashAttention),
            };
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
        if (layout.Pipeline > 1 && layout.Schedule is PipelineSchedule.ZeroBubble or PipelineSchedule.GPipe)
        {
            factor *= 1.10;
        }

        if (layout.Context > 4)
        {
            factor *= 1.05;
        }

        return layout.Tensor > 8 ? factor * 1.05 : factor;
    }
}
