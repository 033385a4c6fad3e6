namespace Colossus.Collectives;

/// <content>
/// Messages: one ring of bytes from each rank to each other. A message is its length in 8 bytes, then its bytes. The positions count all bytes ever written and read.
/// </content>
public sealed unsafe partial class SharedGroup
{
    /// <inheritdoc/>
    public void Send(void* data, long bytes, int peer)
    {
        CheckPartner(peer, bytes);
        byte* channel = Memory + layout.ChannelAt(Rank, peer);
        Write(channel, (byte*)&bytes, sizeof(long), peer);
        Write(channel, (byte*)data, bytes, peer);
    }

    /// <inheritdoc/>
    public void Receive(void* data, long bytes, int peer)
    {
        CheckPartner(peer, bytes);
        byte* channel = Memory + layout.ChannelAt(peer, Rank);
        long length;
        Read(channel, (byte*)&length, sizeof(long), peer);
        if (length != bytes)
        {
            Abort(AbortReason.RankFailed);
            throw new ArgumentException($"Rank {peer} sent {length} bytes and rank {Rank} asked for {bytes}: the ranks do not run the same program.", nameof(bytes));
        }

        Read(channel, (byte*)data, bytes, peer);
    }

    private void Write(byte* channel, byte* data, long bytes, int peer)
    {
        long* written = (long*)channel;
        long* read = (long*)(channel + GroupLayout.LineBytes);
        while (bytes > 0)
        {
            long position = *written;
            // At least one byte free: the reader has passed what lay there one round before.
            Wait(read, position - layout.ChannelBytes + 1, peer, ref messageWaitedTicks);
            long free = layout.ChannelBytes - (position - Volatile.Read(ref *read));
            long at = position % layout.ChannelBytes;
            long part = Math.Min(bytes, Math.Min(MostAtOnce, Math.Min(free, layout.ChannelBytes - at)));
            Copy(data, channel + (2 * GroupLayout.LineBytes) + at, part);
            Publish(written, position + part);
            data += part;
            bytes -= part;
        }
    }

    private void Read(byte* channel, byte* data, long bytes, int peer)
    {
        long* written = (long*)channel;
        long* read = (long*)(channel + GroupLayout.LineBytes);
        while (bytes > 0)
        {
            long position = *read;
            Wait(written, position + 1, peer, ref messageWaitedTicks);
            long ready = Volatile.Read(ref *written) - position;
            long at = position % layout.ChannelBytes;
            long part = Math.Min(bytes, Math.Min(MostAtOnce, Math.Min(ready, layout.ChannelBytes - at)));
            Copy(channel + (2 * GroupLayout.LineBytes) + at, data, part);
            Publish(read, position + part);
            data += part;
            bytes -= part;
        }
    }

    /// <summary>A quarter of the ring, so that one side copies in while the other copies out.</summary>
    private long MostAtOnce => Math.Max(1, layout.ChannelBytes / 4);

    private void CheckPartner(int peer, long bytes)
    {
        RequireRank();
        CheckPeer(peer);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (peer == Rank)
        {
            throw new ArgumentOutOfRangeException(nameof(peer), peer, "A rank does not send to itself.");
        }
    }
}
