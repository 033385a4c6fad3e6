namespace Colossus.Data.Sources;

/// <summary>
/// The part of a stream that is in memory: from the first byte that is not yet taken to the last one read. It grows to hold the longest line or JSON value and no
/// further: at most <see cref="Limit"/> bytes, and while it grows three times that value (the old and the new array). One window serves all files, so that many
/// small files cost no more memory than one.
/// </summary>
internal sealed class ByteWindow(CancellationToken cancellation)
{
    /// <summary>The longest line or JSON value that is read: 1 GiB.</summary>
    public const int Limit = 1 << 30;

    private const int First = 64 << 10;
    private const int MostKept = 1 << 20;

    private byte[] buffer = new byte[First];
    private Stream stream = Stream.Null;
    private int start;
    private int filled;

    /// <summary>Bytes read and not yet taken.</summary>
    public ReadOnlyMemory<byte> Rest => buffer.AsMemory(start, filled - start);

    /// <summary>Place of the first byte of <see cref="Rest"/> in the stream, from 0.</summary>
    public long Offset { get; private set; }

    /// <summary>Its line, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Its column in bytes, from 1.</summary>
    public long Column { get; private set; }

    /// <summary>Starts at the beginning of a stream.</summary>
    public void Begin(Stream input)
    {
        // One giant line must not hold its memory through thousands of files after it.
        buffer = buffer.Length > MostKept ? new byte[First] : buffer;
        (stream, start, filled, Offset, Line, Column) = (input, 0, 0, 0, 1, 1);
    }

    /// <summary>Reads on.</summary>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="SourceException">The window is as large as it may be.</exception>
    public bool More()
    {
        cancellation.ThrowIfCancellationRequested();
        MakeRoom();
        var read = stream.Read(buffer, filled, buffer.Length - filled);
        filled += read;
        return read > 0;
    }

    /// <summary>Reads on until the window has so many bytes, or the stream ends.</summary>
    public void Fill(int bytes)
    {
        while (Rest.Length < bytes && More())
        {
        }
    }

    /// <summary>Finds the next line.</summary>
    /// <param name="end">Bytes of the line without its end.</param>
    /// <returns>False when there is none left.</returns>
    public bool FindLine(out int end)
    {
        for (var from = 0; ; from = end)
        {
            end = Rest.Span[from..].IndexOf((byte)'\n') + from;
            if (end >= from)
            {
                return true;
            }

            end = Rest.Length;
            if (!More())
            {
                return end > 0;
            }
        }
    }

    /// <summary>Takes bytes off the front; at most as many as there are.</summary>
    public void Take(int bytes)
    {
        bytes = Math.Min(bytes, filled - start);
        var taken = buffer.AsSpan(start, bytes);
        var lines = taken.Count((byte)'\n');
        Column = lines == 0 ? Column + bytes : bytes - taken.LastIndexOf((byte)'\n');
        Line += lines;
        Offset += bytes;
        start += bytes;
    }

    private void MakeRoom()
    {
        if (filled < buffer.Length)
        {
            return;
        }

        var length = filled - start;
        if (length == Limit)
        {
            throw new SourceException(
                $"a line or value is longer than {Limit >> 20} MiB", "cut it into several, or write the text to a .txt file, which may be of any length", Line);
        }

        var target = start < buffer.Length / 2 ? new byte[(int)Math.Min(Limit, buffer.Length * 2L)] : buffer;
        buffer.AsSpan(start, length).CopyTo(target);
        (buffer, start, filled) = (target, 0, length);
    }
}
