using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;

namespace Colossus.Plan.Lowering;

/// <summary>What decides how a chunk is lowered besides its mathematics.</summary>
/// <param name="Formats">Number formats.</param>
/// <param name="Recompute">What the backward pass computes again.</param>
/// <param name="SplitsWeightGradients">Whether gradients of weights are a pass of their own: the zero-bubble schedule.</param>
/// <param name="Sharding">What ranks with the same weights share.</param>
public sealed record LoweringOptions(NumberFormats Formats, Recompute Recompute, bool SplitsWeightGradients, Sharding Sharding);
