using System.Text;

namespace Colossus.Data.Sources;

/// <summary>
/// Where a long text is cut into documents. A corpus is often one big file or line; without cuts there would be one document, nothing could be
/// held out whole, and memory would be many times its size. Texts up to 256 KiB stay whole. Longer ones are cut at the first blank line between 8 and 24 KiB,
/// failing that at the first line end after that, failing that between two characters at 32 KiB: strings of that length are not yet large objects, which the
/// runtime leaves lying around (a line of 360 MB took 1.7 GB with parts of 256 KiB, 0.9 GB with these).
/// </summary>
internal static class LongText
{
    public const int WholeUpTo = 256 << 10;
    public const int AnywhereAt = 32 << 10;

    private const int PartAtLeast = 8 << 10;
    private const int LineEndAfter = 24 << 10;

    /// <summary>Makes documents of a text that is in memory.</summary>
    /// <param name="whole">Name of the text.</param>
    /// <param name="source">Name of its file.</param>
    /// <param name="text">Valid UTF-8.</param>
    /// <param name="origin">What the source says about it.</param>
    /// <returns>The text, or its parts; none of white space alone.</returns>
    public static IEnumerable<Document> Documents(string whole, string source, ReadOnlyMemory<byte> text, DocumentOrigin? origin = null)
    {
        var cut = text.Length > WholeUpTo;
        for (var part = 0; !text.IsEmpty;)
        {
            var length = cut ? FirstPart(text.Span) : text.Length;
            var piece = Encoding.UTF8.GetString(text.Span[..length]);
            text = text[length..];
            if (!string.IsNullOrWhiteSpace(piece))
            {
                yield return new Document(whole, source, piece, cut ? part++ : null, origin);
            }
        }
    }

    /// <summary>Length in bytes of the first part.</summary>
    /// <param name="text">UTF-8: what is left of the text, at least its next <see cref="AnywhereAt"/> + 1 bytes where there are as many.</param>
    public static int FirstPart(ReadOnlySpan<byte> text)
    {
        if (text.Length <= PartAtLeast)
        {
            return text.Length;
        }

        var blank = AfterBlankLine(text[..Math.Min(text.Length, LineEndAfter)]);
        if (blank > 0)
        {
            return blank;
        }

        if (text.Length <= LineEndAfter)
        {
            return text.Length;
        }

        var line = text[LineEndAfter..Math.Min(text.Length, AnywhereAt)].IndexOf((byte)'\n');
        if (line >= 0)
        {
            return LineEndAfter + line + 1;
        }

        return text.Length <= AnywhereAt ? text.Length : CharacterStart(text, AnywhereAt);
    }

    private static int AfterBlankLine(ReadOnlySpan<byte> text)
    {
        for (var at = PartAtLeast; at < text.Length;)
        {
            var next = text[at..].IndexOf((byte)'\n');
            if (next < 0)
            {
                break;
            }

            at += next + 1;
            var rest = text[at..];
            if (rest.StartsWith("\n"u8))
            {
                return at + 1;
            }

            if (rest.StartsWith("\r\n"u8))
            {
                return at + 2;
            }
        }

        return 0;
    }

    private static int CharacterStart(ReadOnlySpan<byte> text, int at)
    {
        // A character has at most three bytes after its first; more of them in a row is not UTF-8 and is reported when decoded.
        for (var back = 0; back < 4; back++)
        {
            if ((text[at - back] & 0xC0) != 0x80)
            {
                return at - back;
            }
        }

        return at;
    }
}
