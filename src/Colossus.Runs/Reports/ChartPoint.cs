namespace Colossus.Runs.Reports;

/// <summary>A point of a curve; a <paramref name="Y"/> that is not finite is a gap.</summary>
/// <param name="X">Place on the horizontal axis.</param>
/// <param name="Y">Place on the vertical axis.</param>
public readonly record struct ChartPoint(double X, double Y);
