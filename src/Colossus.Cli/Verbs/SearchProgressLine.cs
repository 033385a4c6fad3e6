using Colossus.Cli.Figures;

namespace Colossus.Cli.Verbs;

/// <summary>Tells how far a search over layouts has come.</summary>
/// <param name="host">Whose standard error.</param>
internal sealed class SearchProgressLine(CliHost host) : IProgress<double>
{
    private readonly ProgressLine line = new(host);

    /// <inheritdoc/>
    public void Report(double value) => line.Show("searching layouts", value, () => $"{value * 100:0} %");

    /// <summary>Takes the bar away.</summary>
    public void Clear() => line.Clear();
}
