using Colossus.Twin.Pricing;

namespace Colossus.Twin.Calibration;

/// <summary>Outcome of a fit.</summary>
/// <param name="Parameters">The quantities with their spread.</param>
/// <param name="Rows">Runs that took part.</param>
/// <param name="Residuals">log(predicted / measured) of these runs, in order.</param>
public sealed record CalibrationResult(TwinParameters Parameters, int Rows, IReadOnlyList<double> Residuals);
