using System.Text;

namespace Colossus.Data.Sources;

/// <summary>Reads .txt and .md files: UTF-8, a byte-order mark dropped, Windows line ends made \n, long files cut (see <see cref="LongText"/>).</summary>
internal static class TextReading
{
    public static IEnumerable<Document> Read(SourceFile file, ReadingContext context)
    {
        using var input = SourceInput.Open(file);
        context.Begin(input, file);
        var window = context.Window;
        window.Fill(LongText.WholeUpTo + 1);
        var cut = window.Rest.Length > LongText.WholeUpTo;
        for (var part = 0; !window.Rest.IsEmpty && !context.Enough; window.Fill(LongText.AnywhereAt + 1))
        {
            // The window holds enough that a cut never depends on where a read ended.
            var length = cut ? LongText.FirstPart(window.Rest.Span) : window.Rest.Length;
            if (Text(window.Rest.Span[..length], window.Offset, file, context) is not { } text)
            {
                yield break;
            }

            window.Take(length);
            context.At(input.Position);
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return new Document(file.Name, file.Name, Normalize(text), cut ? part++ : null);
            }
        }
    }

    private static string? Text(ReadOnlySpan<byte> bytes, long offset, SourceFile file, ReadingContext context)
    {
        var invalid = Utf8Text.FirstInvalid(bytes);
        if (invalid < 0)
        {
            return Encoding.UTF8.GetString(bytes);
        }

        if (!context.SkipsBadLines)
        {
            context.BadLine(Utf8Text.Invalid(bytes[invalid], file.Path, offset + invalid));
            return null;
        }

        var good = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..(end + 1)];
            invalid = Utf8Text.FirstInvalid(line);
            if (invalid < 0)
            {
                good.Append(Encoding.UTF8.GetString(line));
            }
            else
            {
                context.BadLine(Utf8Text.Invalid(line[invalid], file.Path, offset + invalid));
            }

            offset += line.Length;
            bytes = bytes[line.Length..];
        }

        return good.ToString();
    }

    private static string Normalize(string text) =>
        text.Contains('\r') ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : text;
}
