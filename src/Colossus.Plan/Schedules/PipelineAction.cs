namespace Colossus.Plan.Schedules;

/// <summary>One thing that a stage does: a pass of one micro-batch through one of its chunks.</summary>
/// <param name="Kind">Which pass.</param>
/// <param name="Chunk">The chunk, counted over the whole pipeline; it belongs to stage <c>Chunk mod stages</c>.</param>
/// <param name="MicroBatch">The micro-batch, from 0.</param>
public readonly record struct PipelineAction(PassKind Kind, int Chunk, int MicroBatch);
