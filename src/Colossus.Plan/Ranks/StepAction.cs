using Colossus.Plan.Schedules;

namespace Colossus.Plan.Ranks;

/// <summary>One thing that a rank does in a step: a pass of a micro-batch through one of its chunks, with the memory of that micro-batch.</summary>
/// <param name="Pass">Which pass, of which chunk and micro-batch.</param>
/// <param name="Slots">Its memory.</param>
public readonly record struct StepAction(PipelineAction Pass, Slots Slots);
