using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Specs.Sites;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Jobs;

/// <summary>What the twin needs to know of a job.</summary>
/// <param name="Model">The model.</param>
/// <param name="Layout">The layout that the job asks for.</param>
/// <param name="Setup">Format and software.</param>
public sealed record PricedJob(ModelShape Model, Layout Layout, TrainingSetup Setup)
{
    /// <summary>The priced view of a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="products">Format of its products where a job file cannot name it (fp16, mxfp8, nvfp4); null for the job's own.</param>
    public static PricedJob From(JobSpec job, MatrixFormat? products = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        MatrixFormat format = products ?? job.Train.Precision switch
        {
            Precision.Fp32 => MatrixFormat.Fp32,
            Precision.Fp8 => MatrixFormat.Fp8,
            _ => MatrixFormat.Bf16,
        };
        return new PricedJob(
            ModelShape.From(job.Model),
            Layout.From(job.Parallel, job.Train.MicroBatch, job.Train.GlobalBatch),
            new TrainingSetup(format, FlashAttention: true, SoftwareStack.Fused));
    }

    /// <summary>The job as the software of a site runs it: on processors that is Colossus's own engine.</summary>
    /// <param name="site">The site.</param>
    public PricedJob On(SiteSpec site)
    {
        ArgumentNullException.ThrowIfNull(site);
        bool processors = site.Pools.All(static pool => pool.Accelerator.Generation == AcceleratorGeneration.Cpu);
        return processors ? this with { Setup = Setup with { Stack = SoftwareStack.Native } } : this;
    }
}
