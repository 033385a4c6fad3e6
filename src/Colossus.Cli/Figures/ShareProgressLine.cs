namespace Colossus.Cli.Figures;

/// <summary>Tells how far something has come of which only the share that is done is known.</summary>
/// <param name="host">Whose standard error.</param>
/// <param name="what">What is being done.</param>
internal sealed class ShareProgressLine(CliHost host, string what) : IProgress<double>
{
    private readonly ProgressLine line = new(host);

    /// <inheritdoc/>
    public void Report(double value) => line.Show(what, value, () => $"{value * 100:0} %");

    /// <summary>Takes the bar away.</summary>
    public void Clear() => line.Clear();
}
