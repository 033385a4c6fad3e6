using System.Text;

namespace Colossus.Collectives;

/// <summary>Texts from one rank to another through a ring of bytes: their length in 4 bytes, then UTF-8. The positions count all bytes ever written and read.</summary>
internal sealed unsafe class TextChannel(WorldMemory memory, Signals signals, int from, int to)
{
    private readonly long capacity = memory.Shape.ActualChannelBytes;
    private readonly int[] sender = [from];
    private readonly int[] receiver = [to];

    public void Send(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Write(BitConverter.GetBytes(bytes.Length));
        Write(bytes);
    }

    public string Receive()
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        Read(length);
        byte[] bytes = new byte[BitConverter.ToInt32(length)];
        Read(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private void Write(ReadOnlySpan<byte> data)
    {
        byte* channel = memory.At(memory.Layout.ChannelAt(from, to));
        long* written = (long*)(channel + WorldLayout.WrittenAt), read = (long*)(channel + WorldLayout.ReadAt);
        while (data.Length > 0)
        {
            long position = *written;

            // At least one byte free: the reader has passed what lay there one round before.
            signals.WaitInBackground(read, position - capacity + 1, to);
            long free = capacity - (position - Volatile.Read(ref *read));
            int part = (int)Math.Min(data.Length, Math.Min(free, capacity - (position % capacity)));
            data[..part].CopyTo(new Span<byte>(channel + WorldLayout.DataAt + (position % capacity), part));
            signals.Raise(written, position + part, receiver);
            data = data[part..];
        }
    }

    private void Read(Span<byte> data)
    {
        byte* channel = memory.At(memory.Layout.ChannelAt(from, to));
        long* written = (long*)(channel + WorldLayout.WrittenAt), read = (long*)(channel + WorldLayout.ReadAt);
        while (data.Length > 0)
        {
            long position = *read;
            signals.WaitInBackground(written, position + 1, from);
            long ready = Volatile.Read(ref *written) - position;
            int part = (int)Math.Min(data.Length, Math.Min(ready, capacity - (position % capacity)));
            new ReadOnlySpan<byte>(channel + WorldLayout.DataAt + (position % capacity), part).CopyTo(data);
            signals.Raise(read, position + part, sender);
            data = data[part..];
        }
    }
}
