using System.Diagnostics;
using System.Text;

namespace Colossus.Protocol;

/// <summary>The line between the process of a rank and its supervisor, at the rank's end.</summary>
/// <param name="orders">Where orders come from.</param>
/// <param name="reports">Where reports go.</param>
public sealed class RankChannel(Stream orders, Stream reports)
{
    private readonly Lock gate = new();
    private Action? closed;
    private int closedOnce;

    /// <summary>Begins to read orders, on a thread of its own.</summary>
    /// <param name="onOrder">Called with each order, one at a time, on that thread.</param>
    /// <param name="onClosed">Called once when the supervisor is gone, on any thread.</param>
    public void Start(Action<RankOrder> onOrder, Action onClosed)
    {
        closed = onClosed;
        new Thread(() => Read(onOrder)) { IsBackground = true, Name = "orders" }.Start();
    }

    /// <summary>Sends a report. Safe for use by several threads; a supervisor that is gone is not an error here.</summary>
    /// <param name="report">The report; its time is set here.</param>
    public void Report(RankReport report)
    {
        try
        {
            lock (gate)
            {
                var line = ProtocolJson.Line(report with { At = Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency });
                reports.Write([.. line, (byte)'\n']);
                reports.Flush();
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            Close();
        }
    }

    private void Read(Action<RankOrder> onOrder)
    {
        try
        {
            using var reader = new StreamReader(orders, Encoding.UTF8, leaveOpen: true);
            while (reader.ReadLine() is { } line)
            {
                if (ProtocolJson.Order(line) is { } order)
                {
                    onOrder(order);
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The same as the end of the stream.
        }

        Close();
    }

    private void Close()
    {
        if (Interlocked.Exchange(ref closedOnce, 1) == 0)
        {
            closed?.Invoke();
        }
    }
}
