namespace Colossus.Twin.Reports;

/// <summary>One row of a check.</summary>
/// <param name="Id">Name of the row.</param>
/// <param name="MeasuredSeconds">Measured time of a step.</param>
/// <param name="PredictedSeconds">Predicted time; null if refused.</param>
/// <param name="LowSeconds">Lower end of the 90 % interval; null if refused.</param>
/// <param name="HighSeconds">Upper end of the 90 % interval; null if refused.</param>
/// <param name="Error">predicted / measured - 1; null if refused.</param>
/// <param name="Refused">Why the twin cannot represent the row; null if it can.</param>
public sealed record CheckCase(
    string Id,
    double MeasuredSeconds,
    double? PredictedSeconds,
    double? LowSeconds,
    double? HighSeconds,
    double? Error,
    string? Refused)
{
    /// <summary>Whether the measurement lies inside the interval.</summary>
    internal bool Covered => LowSeconds <= MeasuredSeconds && MeasuredSeconds <= HighSeconds;
}
