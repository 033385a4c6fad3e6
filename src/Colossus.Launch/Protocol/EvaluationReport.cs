namespace Colossus.Launch.Protocol;

/// <summary>Held-out text was evaluated; from rank 0.</summary>
public sealed record EvaluationReport(long Step, double Loss, double BitsPerByte) : RankReport;
