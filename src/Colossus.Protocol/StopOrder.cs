namespace Colossus.Protocol;

/// <summary>End training after a step that all ranks agree on, and report <see cref="FinishedReport"/>.</summary>
/// <param name="Checkpoint">Whether a checkpoint is written first.</param>
public sealed record StopOrder(bool Checkpoint) : RankOrder;
