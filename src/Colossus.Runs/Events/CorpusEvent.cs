namespace Colossus.Runs.Events;

/// <summary>What a session of the run learns from; more of it stands in <c>data.json</c>.</summary>
/// <param name="Hash">Hash of the data (<see cref="RunData.Hash"/>).</param>
/// <param name="TrainTokens">Tokens to train on.</param>
/// <param name="HeldOutTokens">Tokens held out for evaluation.</param>
/// <param name="Replaced">Hash of the data of the session before, when a person let the run go on with other data; null otherwise.</param>
public sealed record CorpusEvent(string Hash, long TrainTokens, long HeldOutTokens, string? Replaced = null) : RunEvent;
