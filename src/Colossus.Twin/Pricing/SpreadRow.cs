namespace Colossus.Twin.Pricing;

/// <summary>How far measurements lay from predictions that had not seen them.</summary>
/// <param name="Group">The group of runs.</param>
/// <param name="Rows">Predictions behind it.</param>
/// <param name="Low">5th percentile of log(measured / predicted).</param>
/// <param name="High">95th percentile of log(measured / predicted).</param>
public sealed record SpreadRow(SpreadGroup Group, int Rows, double Low, double High);
