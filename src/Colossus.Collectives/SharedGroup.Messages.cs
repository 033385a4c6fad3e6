namespace Colossus.Collectives;

/// <content>Messages between two ranks, through a mailbox for each ordered pair.</content>
public sealed unsafe partial class SharedGroup
{
    private const int MailboxData = 64 << 10;
    private const int MailboxHeader = 64;
    private const long MailboxStride = MailboxHeader + MailboxData;

    private byte* mailboxes;

    /// <summary>Sends bytes; returns when the last of them lie in the mailbox.</summary>
    /// <param name="data">What to send, any length.</param>
    /// <param name="to">The receiving rank.</param>
    /// <exception cref="CollectiveAbortedException">The epoch has ended.</exception>
    public void Send(ReadOnlySpan<byte> data, int to)
    {
        long* written = Mailbox(Rank, to);
        long* read = written + 1;
        byte* content = (byte*)written + MailboxHeader;
        do
        {
            // One piece at a time: the mailbox is free when as many pieces have been read as written.
            WaitUntil(read, *written, to);
            ThrowIfAborted();
            int piece = Math.Min(data.Length, MailboxData);
            data[..piece].CopyTo(new Span<byte>(content, piece));
            data = data[piece..];
            Volatile.Write(ref *written, *written + 1);
            Publish();
        }
        while (data.Length > 0);
    }

    /// <summary>Receives bytes that <see cref="Send"/> sent, as many as were sent.</summary>
    /// <param name="data">Where they go; its length is that of the message.</param>
    /// <param name="from">The sending rank.</param>
    /// <exception cref="CollectiveAbortedException">The epoch has ended.</exception>
    public void Receive(Span<byte> data, int from)
    {
        long* written = Mailbox(from, Rank);
        long* read = written + 1;
        byte* content = (byte*)written + MailboxHeader;
        do
        {
            WaitUntil(written, *read + 1, from);
            int piece = Math.Min(data.Length, MailboxData);
            new ReadOnlySpan<byte>(content, piece).CopyTo(data);
            data = data[piece..];
            Volatile.Write(ref *read, *read + 1);
            Publish();
        }
        while (data.Length > 0);
    }

    private long* Mailbox(int from, int to) => mailboxes == null
        ? throw new InvalidOperationException("AllocateStaging comes before messages")
        : (long*)(mailboxes + ((((long)from * Size) + to) * MailboxStride));
}
