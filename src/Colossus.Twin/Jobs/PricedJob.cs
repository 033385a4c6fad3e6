using Colossus.Plan.Layouts;
using Colossus.Plan.Work;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Jobs;

/// <summary>What the twin needs to know of a job.</summary>
/// <param name="Model">The model.</param>
/// <param name="Layout">The layout that the job asks for.</param>
/// <param name="Setup">Format and software.</param>
public sealed record PricedJob(ModelShape Model, Layout Layout, TrainingSetup Setup);
