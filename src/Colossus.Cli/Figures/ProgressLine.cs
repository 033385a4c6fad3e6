using Spectre.Console;

namespace Colossus.Cli.Figures;

/// <summary>Tells how far something has come: nothing for two seconds, then a bar that is redrawn on a terminal, or a line now and then in a log.</summary>
/// <param name="host">Whose standard error.</param>
internal sealed class ProgressLine(CliHost host)
{
    private const int BarWidth = 30;
    private static readonly ControlCode eraseLine = new("\r\u001b[K");
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan redraw = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan relog = TimeSpan.FromSeconds(5);

    private readonly long started = host.Time.GetTimestamp();
    private TimeSpan next = patience;
    private bool drawn;

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

        next = now + (host.ErrorIsLive ? redraw : relog);
        var done = (int)Math.Clamp(BarWidth * share, 0, BarWidth);
        var text = $"{what} {new string('━', done)}{new string('─', BarWidth - done)} {details()}";
        if (host.ErrorIsLive)
        {
            // A line that is wider than the terminal would break, and its first part could not be erased any more.
            var width = host.ErrorConsole.Profile.Width - 1;
            host.ErrorConsole.Write(eraseLine);
            host.ErrorConsole.Write(new Text(text.Length > width ? text[..width] : text));
            drawn = true;
        }
        else
        {
            host.Say(text);
        }
    }

    /// <summary>Takes the bar away.</summary>
    public void Clear()
    {
        if (drawn)
        {
            host.ErrorConsole.Write(eraseLine);
            drawn = false;
        }
    }
}
