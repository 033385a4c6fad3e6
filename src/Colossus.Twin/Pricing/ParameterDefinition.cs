namespace Colossus.Twin.Pricing;

/// <summary>One fitted quantity.</summary>
/// <param name="Parameter">Which.</param>
/// <param name="Expected">What one expects before seeing a run: from microbenchmarks, data sheets or the papers named in docs/twin.md.</param>
/// <param name="Freedom">How far the fit may go from it: standard deviation of the natural logarithm.</param>
/// <param name="Unit">Unit, empty for a ratio.</param>
/// <param name="Meaning">What it stands for.</param>
public sealed record ParameterDefinition(Parameter Parameter, double Expected, double Freedom, string Unit, string Meaning);
