using System.Text;

namespace Colossus.Runs;

/// <summary>
/// A file that only grows, line by line. Each line is one write to the operating system, so a killed process loses at most the line it was
/// writing; a torn last line is cut off when the file is opened again. Safe for use by several threads.
/// </summary>
/// <remarks>
/// A full disk must not end a training run: a line that cannot be written is dropped and counted, and the next one is tried again.
/// </remarks>
public sealed class LineFile : IDisposable
{
    /// <summary>Longest line, in bytes with its line end; a longer one is refused.</summary>
    public const int MaximumLineBytes = 1 << 20;

    private readonly Lock gate = new();
    private readonly FileStream file;
    private long length;

    private LineFile(FileStream file, long length)
    {
        this.file = file;
        this.length = length;
    }

    /// <summary>Lines that could not be written.</summary>
    public long DroppedLines { get; private set; }

    /// <summary>Why the last dropped line could not be written; null when none was dropped.</summary>
    public string? LastError { get; private set; }

    /// <summary>Opens the file for appending, makes it when missing, and cuts off a torn last line.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static LineFile Open(string path)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var whole = WholeLength(file);
        if (whole < file.Length)
        {
            file.SetLength(whole);
        }

        file.Position = whole;
        return new LineFile(file, whole);
    }

    /// <summary>Appends one line.</summary>
    /// <param name="line">Text without a line end.</param>
    /// <returns>Whether it is in the file.</returns>
    /// <exception cref="ArgumentException">It holds a line end or is longer than <see cref="MaximumLineBytes"/>.</exception>
    public bool Append(string line)
    {
        if (line.Contains('\n', StringComparison.Ordinal))
        {
            throw new ArgumentException("a line must not hold a line end", nameof(line));
        }

        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        if (bytes.Length > MaximumLineBytes)
        {
            throw new ArgumentException($"a line of {bytes.Length} bytes is longer than {MaximumLineBytes}", nameof(line));
        }

        lock (gate)
        {
            try
            {
                RandomAccess.Write(file.SafeFileHandle, bytes, length);
                length += bytes.Length;
                return true;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Whatever part of it arrived is written over by the next line, or cut off at the next start.
                DroppedLines++;
                LastError = error.Message;
                return false;
            }
        }
    }

    /// <summary>The whole lines of a file that may still be growing; a torn last line is left out, a missing file has none.</summary>
    /// <param name="path">Where it is.</param>
    public static IEnumerable<string> ReadWhole(string path)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var left = WholeLength(file);
        file.Position = 0;
        using var reader = new StreamReader(file, Encoding.UTF8);
        while (left > 0 && reader.ReadLine() is { } line)
        {
            left -= Encoding.UTF8.GetByteCount(line) + 1;
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    /// <summary>Bytes up to and with the last line end.</summary>
    private static long WholeLength(FileStream file)
    {
        Span<byte> block = stackalloc byte[4096];
        var end = file.Length;
        while (end > 0)
        {
            var start = Math.Max(0, end - block.Length);
            var part = block[..(int)(end - start)];
            var read = RandomAccess.Read(file.SafeFileHandle, part, start);
            var newline = part[..read].LastIndexOf((byte)'\n');
            if (newline >= 0)
            {
                return start + newline + 1;
            }

            end = start;
        }

        return 0;
    }
}
