namespace Colossus.Protocol;

/// <summary>The model was measured on held-out text; sent by rank 0.</summary>
/// <param name="Step">Completed steps.</param>
/// <param name="Loss">Mean cross-entropy, nats a token.</param>
/// <param name="BitsPerByte">The same in bits a byte of text.</param>
public sealed record EvaluationReport(long Step, double Loss, double BitsPerByte) : RankReport;
