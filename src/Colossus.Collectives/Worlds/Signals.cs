using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace Colossus.Collectives;

/// <summary>
/// How ranks tell each other that something is there: a word that its only writer raises, and for each rank a bell. Who waits looks at the word, first spinning, then asleep on the
/// bell of its own rank; who raises the word rings the bells of those whom it concerns. One bell for all that a rank may wait for, so that a wait also wakes up for collectives which can go on.
/// </summary>
/// <param name="memory">The world.</param>
/// <param name="progress">Collectives that this rank has started.</param>
internal sealed unsafe class Signals(WorldMemory memory, Progress progress)
{
    // Longer than a hand-over between two running ranks (about 1 µs), short enough not to take a core from a rank that has none.
    private static readonly long spinTicks = Stopwatch.Frequency * 20 / 1_000_000;

    // A sleeper looks at the abort word at least this often, even if a wake-up is lost with the process that owed it.
    private const long SleepNanoseconds = 20_000_000;

    private static readonly long livenessTicks = Stopwatch.Frequency / 5;

    /// <summary>Raises a word and wakes who may wait for it. All that this rank wrote before is then visible to whoever sees the new value.</summary>
    /// <exception cref="CollectiveAbortedException">The world was given up.</exception>
    public void Raise(long* word, long value, ReadOnlySpan<int> audience)
    {
        memory.CheckMayPublish();
        Volatile.Write(ref *word, value);

        // Between our store and our look at the sleepers: else both sides could miss each other.
        Interlocked.MemoryBarrier();
        foreach (int rank in audience)
        {
            memory.Ring(rank);
        }
    }

    /// <summary>Waits on the thread of the collectives, which go on meanwhile.</summary>
    /// <param name="word">The word.</param>
    /// <param name="value">What it must reach.</param>
    /// <param name="peer">The rank that raises it.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up, or the peer is lost.</exception>
    public void Wait(long* word, long value, int peer)
    {
        if (Volatile.Read(ref *word) >= value)
        {
            memory.CheckMayPublish();
            return;
        }

        WaitFor(word, value, peer, progress);
    }

    /// <summary>Waits on a thread in the background, which leaves collectives alone.</summary>
    /// <param name="word">The word.</param>
    /// <param name="value">What it must reach.</param>
    /// <param name="peer">The rank that raises it.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up, or the peer is lost.</exception>
    public void WaitInBackground(long* word, long value, int peer) => WaitFor(word, value, peer, null);

    private void WaitFor(long* word, long value, int peer, Progress? working)
    {
        memory.RequireRank();
        if (!Spin(word, value, working))
        {
            Sleep(word, value, peer, working);
        }

        memory.CheckMayPublish();
    }

    private bool Spin(long* word, long value, Progress? working)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetTimestamp() - start < spinTicks)
        {
            for (int i = 0; i < 16; i++)
            {
                if (Volatile.Read(ref *word) >= value)
                {
                    return true;
                }

                if (X86Base.IsSupported)
                {
                    X86Base.Pause();
                }
            }

            memory.CheckMayPublish();
            if (working is not null && working.Make())
            {
                start = Stopwatch.GetTimestamp();
            }
        }

        return false;
    }

    private void Sleep(long* word, long value, int peer, Progress? working)
    {
        byte* own = memory.At(memory.Layout.RankAt(memory.Rank));
        int* bell = (int*)(own + WorldLayout.BellAt), sleepers = (int*)(own + WorldLayout.SleepersAt);
        long looked = Stopwatch.GetTimestamp();
        while (true)
        {
            memory.CheckMayPublish();
            _ = working?.Make();
            _ = Interlocked.Increment(ref *sleepers);
            int seen = Volatile.Read(ref *bell);
            if (Volatile.Read(ref *word) < value && !memory.IsAborted && working is not { CanGoOn: true })
            {
                Libc.Sleep(bell, seen, SleepNanoseconds);
            }

            _ = Interlocked.Decrement(ref *sleepers);
            if (Volatile.Read(ref *word) >= value)
            {
                return;
            }

            if (Stopwatch.GetTimestamp() - looked > livenessTicks)
            {
                looked = Stopwatch.GetTimestamp();

                // What it published before it went still counts.
                if (memory.LossOf(peer) is { } loss && Volatile.Read(ref *word) < value)
                {
                    memory.Abort(loss, peer);
                }
            }
        }
    }
}
