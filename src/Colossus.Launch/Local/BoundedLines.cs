using System.Text;

namespace Colossus.Launch.Local;

/// <summary>The lines of a stream, as UTF-8; one without an end is cut into pieces, so that a process that never ends its line costs no memory.</summary>
internal static class BoundedLines
{
    /// <summary>Letters of a line at most: many times the longest report.</summary>
    public const int Longest = 1 << 20;

    /// <summary>Reads to the end of the stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="IOException">It fails.</exception>
    public static IEnumerable<string> Of(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var buffer = new char[4096];
        var line = new StringBuilder();
        while (reader.Read(buffer) is var count and > 0)
        {
            for (int start = 0, end; start < count; start = end + 1)
            {
                end = Array.IndexOf(buffer, '\n', start, count - start);
                end = end < 0 ? count : end;
                line.Append(buffer, start, end - start);
                if (end < count || line.Length >= Longest)
                {
                    yield return line.ToString().TrimEnd('\r');
                    line.Clear();
                }
            }
        }

        if (line.Length > 0)
        {
            yield return line.ToString();
        }
    }
}
