using Colossus.Collectives;

namespace Colossus.Training.Engine;

/// <summary>A rank's part in one epoch, as other threads reach it.</summary>
/// <param name="epoch">The epoch.</param>
internal sealed class Membership(long epoch) : IDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource cancellation = new();
    private World? world;
    private TrainingSession? session;
    private bool stopRequested;

    /// <summary>The epoch.</summary>
    public long Epoch => epoch;

    /// <summary>Cancelled once the epoch is given up.</summary>
    public CancellationToken Cancelled => cancellation.Token;

    /// <summary>The session has begun.</summary>
    public void Enter(World joined, TrainingSession begun)
    {
        lock (gate)
        {
            world = joined;
            session = begun;
            if (stopRequested)
            {
                begun.RequestStop();
            }

            if (cancellation.IsCancellationRequested)
            {
                joined.Abort();
            }
        }
    }

    /// <summary>The session has ended: its memory must not be touched any more.</summary>
    public void Leave()
    {
        lock (gate)
        {
            world = null;
            session = null;
        }
    }

    /// <summary>Gives the epoch up.</summary>
    public void Abort()
    {
        lock (gate)
        {
            cancellation.Cancel();
            world?.Abort();
        }
    }

    /// <summary>Asks for an orderly stop.</summary>
    public void RequestStop()
    {
        lock (gate)
        {
            stopRequested = true;
            session?.RequestStop();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => cancellation.Dispose();
}
