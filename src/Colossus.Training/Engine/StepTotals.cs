namespace Colossus.Training.Engine;

/// <summary>What all ranks know of a step before they update.</summary>
/// <param name="Loss">Sum of the losses of all tokens, nats; NaN where one was not finite.</param>
/// <param name="Squares">Sum of squares of the gradient; NaN where a value was not finite.</param>
/// <param name="Visible">Tokens that the tokens of the batch see together.</param>
/// <param name="Largest">Largest magnitude that a rank added up in fixed point; 0 where none did.</param>
/// <param name="Decisions">What rank 0 decided.</param>
internal readonly record struct StepTotals(double Loss, double Squares, long Visible, float Largest, StepDecisions Decisions);
