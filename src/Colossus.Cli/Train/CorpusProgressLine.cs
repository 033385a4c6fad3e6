using Colossus.Cli.Figures;
using Colossus.Data.Shards;

namespace Colossus.Cli.Train;

/// <summary>Tells how far the reading of text has come.</summary>
/// <param name="host">Whose standard error.</param>
internal sealed class CorpusProgressLine(CliHost host) : IProgress<CorpusProgress>
{
    private readonly ProgressLine line = new(host);

    /// <inheritdoc/>
    public void Report(CorpusProgress value) => line.Show(
        $"{value.Stage}",
        value.BytesTotal <= 0 ? 0 : (double)value.BytesDone / value.BytesTotal,
        () => $"{value.FilesDone} of {value.Files} files, {value.Documents} documents, {value.Tokens / 1e6:0.0} M tokens");

    /// <summary>Takes the bar away.</summary>
    public void Clear() => line.Clear();
}
