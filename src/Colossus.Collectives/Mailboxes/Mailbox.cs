namespace Colossus.Collectives;

/// <summary>One-way messages from one rank to another, in order: a ring of entries in the segment. Belongs to the thread of the collectives.</summary>
public sealed unsafe class Mailbox
{
    private readonly WorldMemory memory;
    private readonly Signals signals;
    private readonly Progress progress;
    private readonly int index;
    private readonly int[] peer;

    internal Mailbox(WorldMemory memory, Signals signals, Progress progress, int index)
    {
        this.memory = memory;
        this.signals = signals;
        this.progress = progress;
        this.index = index;
        Shape = memory.Shape.Mailboxes[index];
        if (memory.Rank != Shape.From && memory.Rank != Shape.To)
        {
            throw new ArgumentException($"Mailbox {index} goes from rank {Shape.From} to {Shape.To}, not by rank {memory.Rank}.", nameof(index));
        }

        IsSender = memory.Rank == Shape.From;
        peer = [IsSender ? Shape.To : Shape.From];
    }

    /// <summary>Who sends to whom, and how much.</summary>
    public MailboxShape Shape { get; }

    /// <summary>Whether this rank sends; else it receives.</summary>
    public bool IsSender { get; }

    /// <summary>Messages that this rank has sent, or received, and their bytes.</summary>
    public Traffic Traffic { get; private set; }

    /// <summary>Whether the next call need not wait: a message is there, or, for the sender, room for one. Lets started collectives go on when it is not.</summary>
    /// <exception cref="CollectiveAbortedException">The world was given up.</exception>
    public bool IsReady
    {
        get
        {
            memory.CheckMayPublish();
            return Look() || (progress.Make() && Look());
        }
    }

    private long* Written => memory.Word(memory.Layout.MailboxAt(index) + WorldLayout.WrittenAt);

    private long* Read => memory.Word(memory.Layout.MailboxAt(index) + WorldLayout.ReadAt);

    /// <summary>Copies a message into the next entry; waits only if all entries are unread.</summary>
    /// <param name="data">The message; may be overwritten afterwards.</param>
    /// <param name="bytes">Its bytes, 0 to <see cref="MailboxShape.EntryBytes"/>.</param>
    /// <exception cref="InvalidOperationException">This rank is the receiver.</exception>
    /// <exception cref="CollectiveAbortedException">The world was given up, or the receiver died.</exception>
    public void Send(void* data, long bytes)
    {
        RequireSide(sender: true);
        CheckBytes(bytes);
        long message = *Written;
        signals.Wait(Read, message + 1 - Shape.Entries, Shape.To);
        byte* entry = memory.At(memory.Layout.EntryAt(index, message));
        *(long*)entry = bytes;
        Buffer.MemoryCopy(data, entry + WorldLayout.LineBytes, bytes, bytes);
        signals.Raise(Written, message + 1, peer);
        Traffic += new Traffic(1, bytes, 0);
    }

    /// <summary>Takes the next message, waiting for it.</summary>
    /// <param name="data">Receives the message.</param>
    /// <param name="bytes">Its bytes: exactly as many as were sent.</param>
    /// <exception cref="ArgumentException">The message has another length; the world is given up.</exception>
    /// <exception cref="InvalidOperationException">This rank is the sender.</exception>
    /// <exception cref="CollectiveAbortedException">The world was given up, or the sender died.</exception>
    public void Receive(void* data, long bytes)
    {
        RequireSide(sender: false);
        CheckBytes(bytes);
        long message = *Read;
        signals.Wait(Written, message + 1, Shape.From);
        byte* entry = memory.At(memory.Layout.EntryAt(index, message));
        if (*(long*)entry != bytes)
        {
            memory.Abort(AbortReason.RankFailed, memory.Rank);
            throw new ArgumentException($"Rank {Shape.From} sent {*(long*)entry} bytes and rank {Shape.To} asked for {bytes}: the ranks do not run the same program.", nameof(bytes));
        }

        Buffer.MemoryCopy(entry + WorldLayout.LineBytes, data, bytes, bytes);
        signals.Raise(Read, message + 1, peer);
        Traffic += new Traffic(1, 0, bytes);
    }

    private bool Look()
    {
        long unread = Volatile.Read(ref *Written) - Volatile.Read(ref *Read);
        return IsSender ? unread < Shape.Entries : unread > 0;
    }

    private void RequireSide(bool sender)
    {
        if (IsSender != sender)
        {
            throw new InvalidOperationException($"Mailbox {index} goes from rank {Shape.From} to {Shape.To}, not the other way.");
        }
    }

    private void CheckBytes(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Shape.EntryBytes);
    }
}
