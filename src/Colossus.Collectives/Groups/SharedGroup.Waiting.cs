using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using Colossus.Processes;

namespace Colossus.Collectives;

/// <content>Counters, barrier, abort: everything that waits.</content>
public sealed unsafe partial class SharedGroup
{
    // A word that others wait for has its own cache line: the value, then the number of those who sleep on it.
    private const int SleepersAt = 8;

    // Longer than a hand-over between two running ranks (about 1 µs), short enough not to take a core from a rank that has none.
    private static readonly long spinTicks = Stopwatch.Frequency * 20 / 1_000_000;

    // A sleeper looks at the abort word at least this often, even if a wake-up is lost with the process that owed it.
    private const long SleepNanoseconds = 20_000_000;

    private static readonly long livenessTicks = Stopwatch.Frequency / 5;

    private long barriersPassed;
    private long waitedTicks;
    private long messageWaitedTicks;

    /// <summary>Time that this rank has spent waiting in collectives and for counters since it joined, in ticks of <see cref="Stopwatch"/>.</summary>
    public long WaitedTicks => Volatile.Read(ref waitedTicks);

    /// <summary>Time that this rank has spent waiting in Send and Receive since it joined, in ticks of <see cref="Stopwatch"/>. Apart from <see cref="WaitedTicks"/>, for messages may belong to a thread in the background.</summary>
    public long MessageWaitedTicks => Volatile.Read(ref messageWaitedTicks);

    /// <summary>Whether the group was given up.</summary>
    public bool IsAborted => Volatile.Read(ref *(long*)(Memory + GroupLayout.AbortAt)) != 0;

    /// <summary>Raises one of this rank's counters and wakes who waits for it. All that this rank wrote before is then visible to whoever sees the new value.</summary>
    /// <param name="index">Number of the counter, below <see cref="GroupShape.CounterCount"/>.</param>
    /// <param name="value">New value, not below the present one.</param>
    /// <exception cref="CollectiveAbortedException">The group was given up.</exception>
    public void Advance(int index, long value)
    {
        CheckCounter(index);
        RequireRank();
        long* word = CounterWord(Rank, index);
        ArgumentOutOfRangeException.ThrowIfLessThan(value, *word);
        Publish(word, value);
    }

    /// <summary>Present value of a counter.</summary>
    /// <param name="rank">Whose.</param>
    /// <param name="index">Which.</param>
    public long CounterOf(int rank, int index)
    {
        CheckPeer(rank);
        CheckCounter(index);
        return Volatile.Read(ref *CounterWord(rank, index));
    }

    /// <summary>Whether all ranks' counters have reached a value. Does not wait.</summary>
    /// <param name="index">Number of the counter.</param>
    /// <param name="value">Value.</param>
    public bool IsReached(int index, long value) => Lowest(index) >= value;

    /// <summary>The lowest of all ranks' values of a counter: what all have reached.</summary>
    /// <param name="index">Number of the counter.</param>
    public long Lowest(int index)
    {
        CheckCounter(index);
        long lowest = long.MaxValue;
        for (int rank = 0; rank < Size; rank++)
        {
            lowest = Math.Min(lowest, Volatile.Read(ref *CounterWord(rank, index)));
        }

        return lowest;
    }

    /// <summary>Waits until all ranks' counters have reached a value.</summary>
    /// <param name="index">Number of the counter.</param>
    /// <param name="value">Value.</param>
    /// <exception cref="CollectiveAbortedException">The group was given up, or a rank that is waited for died.</exception>
    public void WaitForAll(int index, long value)
    {
        CheckCounter(index);
        WaitForAllCounters(index, value);
    }

    /// <summary>Waits until one rank's counter has reached a value.</summary>
    /// <param name="rank">Whose.</param>
    /// <param name="index">Number of the counter.</param>
    /// <param name="value">Value.</param>
    /// <exception cref="CollectiveAbortedException">The group was given up, or that rank died.</exception>
    public void WaitFor(int rank, int index, long value)
    {
        CheckPeer(rank);
        CheckCounter(index);
        Wait(CounterWord(rank, index), value, rank, ref waitedTicks);
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        RequireRank();
        Publish(CounterWord(Rank, layout.BarrierCounter), ++barriersPassed);
        WaitForAllCounters(layout.BarrierCounter, barriersPassed);
    }

    /// <inheritdoc/>
    public void Abort(AbortReason reason = AbortReason.Requested)
    {
        lock (lifetime)
        {
            if (memory != null)
            {
                RequireRank();
                MarkAborted(memory, layout, reason, reason is AbortReason.RankFailed ? Rank : null);
            }
        }
    }

    /// <exception cref="CollectiveAbortedException">The group was given up, or the segment is another epoch's by now.</exception>
    internal void CheckMayPublish()
    {
        byte* header = Memory;
        long abort = Volatile.Read(ref *(long*)(header + GroupLayout.AbortAt));
        if (abort != 0)
        {
            throw new CollectiveAbortedException(Epoch, (AbortReason)(int)abort, abort >> 32 == 0 ? null : (int)(abort >> 32) - 1);
        }

        if (*(long*)(header + GroupLayout.EpochAt) != layout.Epoch)
        {
            throw new CollectiveAbortedException(Epoch, AbortReason.Requested, null);
        }
    }

    /// <summary>The abort word holds the reason in its low half and the rank + 1 that caused it in its high half.</summary>
    private static void MarkAborted(byte* memory, GroupLayout layout, AbortReason reason, int? rank)
    {
        if (reason == AbortReason.None)
        {
            throw new ArgumentOutOfRangeException(nameof(reason), reason, "An abort needs a reason.");
        }

        long word = (uint)reason | ((long)(rank + 1 ?? 0) << 32);
        _ = Interlocked.CompareExchange(ref *(long*)(memory + GroupLayout.AbortAt), word, 0);

        // Sleepers would look within 20 ms by themselves; this makes it microseconds.
        for (int r = 0; r < layout.Ranks; r++)
        {
            for (int index = 0; index < layout.CounterCount + GroupLayout.InternalCounters; index++)
            {
                WakeSleepers((long*)(memory + layout.CounterAt(r, index)));
            }

            for (int to = 0; to < layout.Ranks; to++)
            {
                byte* channel = memory + layout.ChannelAt(r, to);
                WakeSleepers((long*)channel);
                WakeSleepers((long*)(channel + GroupLayout.LineBytes));
            }
        }
    }

    private static void WakeSleepers(long* word)
    {
        if (Volatile.Read(ref *(int*)((byte*)word + SleepersAt)) != 0)
        {
            Libc.Wake((int*)word);
        }
    }

    private void WaitForAllCounters(int index, long value)
    {
        for (int rank = 0; rank < Size; rank++)
        {
            Wait(CounterWord(rank, index), value, rank, ref waitedTicks);
        }
    }

    private void Publish(long* word, long value)
    {
        CheckMayPublish();
        Volatile.Write(ref *word, value);

        // Between our store and our look at the sleepers: else both sides could miss each other.
        Interlocked.MemoryBarrier();
        WakeSleepers(word);
    }

    private void Wait(long* word, long value, int peer, ref long waited)
    {
        if (Volatile.Read(ref *word) < value)
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                if (!Spin(word, value, start))
                {
                    Sleep(word, value, peer);
                }
            }
            finally
            {
                _ = Interlocked.Add(ref waited, Stopwatch.GetTimestamp() - start);
            }
        }
        else
        {
            CheckMayPublish();
        }
    }

    private bool Spin(long* word, long value, long start)
    {
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

            CheckMayPublish();
        }

        return false;
    }

    private void Sleep(long* word, long value, int peer)
    {
        RequireRank();
        int* sleepers = (int*)((byte*)word + SleepersAt);
        long looked = Stopwatch.GetTimestamp();
        while (true)
        {
            CheckMayPublish();
            _ = Interlocked.Increment(ref *sleepers);
            long seen = Volatile.Read(ref *word);
            if (seen < value && !IsAborted)
            {
                // The futex compares the low half: little-endian, and 2^32 steps ahead of a sleeper of 20 ms nobody gets.
                Libc.Sleep((int*)word, (int)seen, SleepNanoseconds);
            }

            _ = Interlocked.Decrement(ref *sleepers);
            if (Volatile.Read(ref *word) >= value)
            {
                return;
            }

            if (Stopwatch.GetTimestamp() - looked > livenessTicks)
            {
                looked = Stopwatch.GetTimestamp();
                CheckPeerLives(word, value, peer);
            }
        }
    }

    private void CheckPeerLives(long* word, long value, int peer)
    {
        byte* entry = RankEntry(peer);
        RankState state = (RankState)Volatile.Read(ref *(int*)(entry + GroupLayout.RankStateAt));
        bool lost = state switch
        {
            RankState.Joined => PeerAt(entry).Standing() == ProcessStanding.Ended,
            RankState.Left => true,
            _ => false,
        };

        // What it published before it went still counts.
        if (lost && Volatile.Read(ref *word) < value)
        {
            MarkAborted(Memory, layout, state == RankState.Left ? AbortReason.PeerLeft : AbortReason.PeerDied, peer);
        }
    }

    // All ranks have one supervisor as their parent, so machine, boot and PID namespace are this process's own.
    private static ProcessIdentity PeerAt(byte* entry) => ProcessIdentity.Current with
    {
        Pid = *(int*)(entry + GroupLayout.RankPidAt),
        StartTicks = *(long*)(entry + GroupLayout.RankStartAt),
    };

    private long* CounterWord(int rank, int index) => (long*)(Memory + layout.CounterAt(rank, index));

    private void CheckCounter(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, layout.CounterCount);
    }

    private void CheckPeer(int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, Size);
    }

    internal void RequireRank()
    {
        if (Rank < 0)
        {
            throw new InvalidOperationException($"The segment {Name} was opened for reading only.");
        }
    }
}
