using System.Text.Json;

namespace Colossus.Launch.Protocol;

/// <summary>A worker's end of its connection with the supervisor.</summary>
/// <param name="orders">Where orders come from.</param>
/// <param name="reports">Where reports go.</param>
public sealed class RankChannel(Stream orders, Stream reports) : IDisposable
{
    private readonly Lock gate = new();
    private readonly StreamWriter writer = new(reports) { AutoFlush = true, NewLine = "\n" };
    private Action closed = () => { };

    /// <summary>The channel over standard input and output of this process. Take it before anything else writes there.</summary>
    public static RankChannel OverStandardStreams() => new(Console.OpenStandardInput(), Console.OpenStandardOutput());

    /// <summary>Starts to listen.</summary>
    /// <param name="onOrder">Called on the listening thread, in order; an abort must not wait behind anything.</param>
    /// <param name="onClosed">Called once the supervisor is gone.</param>
    public void Start(Action<RankOrder> onOrder, Action onClosed)
    {
        closed = onClosed;
        new Thread(() => Listen(onOrder)) { IsBackground = true, Name = "orders" }.Start();
    }

    /// <summary>Sends a report; any thread may.</summary>
    public void Report(RankReport report)
    {
        string line = JsonSerializer.Serialize(report, ProtocolJson.Default.RankReport);
        try
        {
            lock (gate)
            {
                writer.WriteLine(line);
            }
        }
        catch (IOException)
        {
            closed();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => writer.Dispose();

    private void Listen(Action<RankOrder> onOrder)
    {
        using var reader = new StreamReader(orders);
        try
        {
            while (reader.ReadLine() is { } line)
            {
                if (JsonSerializer.Deserialize(line, ProtocolJson.Default.RankOrder) is { } order)
                {
                    onOrder(order);
                }
            }
        }
        catch (IOException)
        {
            // A broken pipe is an end like any other.
        }

        closed();
    }
}
