namespace Colossus.Training.Engine;

/// <summary>How writing a checkpoint ended, as rank 0 knows it.</summary>
/// <param name="WeightsSha256">Fingerprint of the weights, also when they were not written.</param>
/// <param name="Unsaved">Why they are not on disk, and what to do; null when they are.</param>
internal sealed record SaveOutcome(string WeightsSha256, string? Unsaved);
