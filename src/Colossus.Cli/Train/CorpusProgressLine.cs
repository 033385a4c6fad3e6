using Colossus.Data.Shards;

namespace Colossus.Cli.Train;

/// <summary>Tells how far the reading of text has come: nothing for two seconds, then a bar that is redrawn on a terminal, or a line now and then in a log.</summary>
/// <param name="host">Whose standard error.</param>
internal sealed class CorpusProgressLine(CliHost host) : IProgress<CorpusProgress>
{
    private const int BarWidth = 30;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan redraw = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan relog = TimeSpan.FromSeconds(5);

    private readonly long started = host.Time.GetTimestamp();
    private TimeSpan next = patience;
    private int drawn;

    /// <inheritdoc/>
    public void Report(CorpusProgress value)
    {
        var now = host.Time.GetElapsedTime(started);
        if (now < next)
        {
            return;
        }

        next = now + (host.ErrorIsTerminal ? redraw : relog);
        var done = value.BytesTotal <= 0 ? 0 : (int)Math.Clamp(BarWidth * value.BytesDone / value.BytesTotal, 0, BarWidth);
        var text = $"{value.Stage} {new string('━', done)}{new string('─', BarWidth - done)} {value.FilesDone} of {value.Files} files, {value.Documents} documents, {value.Tokens / 1e6:0.0} M tokens";
        if (host.ErrorIsTerminal)
        {
            host.Error.Write("\r" + text.PadRight(drawn));
            drawn = text.Length;
        }
        else
        {
            host.Say(text);
        }
    }

    /// <summary>Takes the bar away.</summary>
    public void Clear()
    {
        if (drawn > 0)
        {
            host.Error.Write("\r" + new string(' ', drawn) + "\r");
            drawn = 0;
        }
    }
}
