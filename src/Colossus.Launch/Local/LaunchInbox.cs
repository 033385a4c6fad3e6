using System.Threading.Channels;

namespace Colossus.Launch.Local;

/// <summary>Where the loop hears of everything: any thread posts, the loop's own takes one message after the other.</summary>
internal sealed class LaunchInbox(TimeProvider time)
{
    private const int MostMessages = 4096;

    private readonly Channel<LaunchMessage> messages = Channel.CreateBounded<LaunchMessage>(MostMessages);

    /// <summary>Posts a message; waits while the inbox is full, and does nothing once it is closed.</summary>
    public void Post(LaunchMessage message)
    {
        try
        {
            messages.Writer.WriteAsync(message).AsTask().GetAwaiter().GetResult();
        }
        catch (ChannelClosedException)
        {
            // All is over.
        }
    }

    /// <summary>Takes the oldest message.</summary>
    /// <param name="within">How long to wait for one; null without a limit.</param>
    /// <returns>The message; null when none came in time.</returns>
    public LaunchMessage? Next(TimeSpan? within)
    {
        if (messages.Reader.TryRead(out var message))
        {
            return message;
        }

        if (within <= TimeSpan.Zero)
        {
            return null;
        }

        using var limit = within is { } span ? new CancellationTokenSource(span, time) : new CancellationTokenSource();
        try
        {
            return messages.Reader.ReadAsync(limit.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Nothing more is heard.</summary>
    public void Close() => messages.Writer.TryComplete();
}
