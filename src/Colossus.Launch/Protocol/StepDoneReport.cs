namespace Colossus.Launch.Protocol;

/// <summary>A step is complete on all ranks; from rank 0.</summary>
public sealed record StepDoneReport(long Epoch, long Step, double Loss, double GradientNorm, double LearningRate, long Tokens, double Seconds, string? SkipReason) : RankReport;
