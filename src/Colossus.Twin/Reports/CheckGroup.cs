namespace Colossus.Twin.Reports;

/// <summary>Errors of a group of rows.</summary>
/// <param name="Name">What the rows have in common, such as <c>accelerator h100-sxm</c>.</param>
/// <param name="Rows">Rows that were predicted.</param>
/// <param name="Mape">Mean of |predicted / measured - 1|.</param>
/// <param name="Bias">Mean of predicted / measured - 1.</param>
/// <param name="IntervalCoverage">Share of the rows inside their 90 % interval.</param>
public sealed record CheckGroup(string Name, int Rows, double Mape, double Bias, double IntervalCoverage);
