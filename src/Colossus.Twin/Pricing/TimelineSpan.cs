using Colossus.Plan.Schedules;

namespace Colossus.Twin.Pricing;

/// <summary>One action of a stage with its time.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Action">What it does.</param>
/// <param name="Start">Seconds from the start of the step.</param>
/// <param name="End">Seconds from the start of the step.</param>
public readonly record struct TimelineSpan(int Stage, PipelineAction Action, double Start, double End);
