namespace Colossus.Runs.Events;

/// <summary>The model was measured on held-out text.</summary>
/// <param name="Step">Completed steps.</param>
/// <param name="Loss">Mean cross-entropy in nats a token.</param>
/// <param name="BitsPerByte">The same in bits a byte of text, comparable between tokenizers.</param>
public sealed record EvaluationEvent(long Step, double Loss, double BitsPerByte) : RunEvent;
