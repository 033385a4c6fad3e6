namespace Colossus.Training.Engine;

/// <summary>How a rank's run ended.</summary>
/// <param name="Step">Completed steps.</param>
/// <param name="Loss">Training loss of the last one, nats a token.</param>
/// <param name="BitsPerByte">Of the last evaluation; null on ranks other than 0 or without one.</param>
/// <param name="WeightsSha256">Fingerprint of the final weights; empty on ranks other than 0.</param>
/// <param name="Unsaved">Why the final weights are not on disk; null when they are, and on ranks other than 0.</param>
/// <param name="Stopped">Whether it ended before the job's last step because it was asked to.</param>
public sealed record RankResult(long Step, double Loss, double? BitsPerByte, string WeightsSha256, string? Unsaved, bool Stopped);
