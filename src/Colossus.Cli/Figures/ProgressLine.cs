namespace Colossus.Cli.Figures;

/// <summary>Tells how far something has come: nothing for two seconds, then a bar that is redrawn on a terminal, or a line now and then in a log.</summary>
/// <param name="host">Whose standard error.</param>
internal sealed class ProgressLine(CliHost host)
{
    private const int BarWidth = 30;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan redraw = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan relog = TimeSpan.FromSeconds(5);

    private readonly long started = host.Time.GetTimestamp();
    private TimeSpan next = patience;
    private int drawn;

    /// <summary>Shows the bar if it is time.</summary>
    /// <param name="what">What is being done.</param>
    /// <param name="share">How much of it is done, 0 to 1.</param>
    /// <param name="details">What stands after the bar; asked for only when it is shown.</param>
    public void Show(string what, double share, Func<string> details)
    {
        var now = host.Time.GetElapsedTime(started);
        if (now < next)
        {
            return;
        }

        next = now + (host.ErrorIsTerminal ? redraw : relog);
        var done = (int)Math.Clamp(BarWidth * share, 0, BarWidth);
        var text = $"{what} {new string('━', done)}{new string('─', BarWidth - done)} {details()}";
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
