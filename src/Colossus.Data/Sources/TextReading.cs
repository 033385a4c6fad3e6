namespace Colossus.Data.Sources;

/// <summary>Reads .txt and .md files: UTF-8, a byte-order mark dropped, Windows line ends made \n, long files cut (see <see cref="LongText"/>).</summary>
internal static class TextReading
{
    private const int BufferBytes = 4 << 20;

    public static IEnumerable<Document> Read(SourceFile file, ProblemList problems, Action<long> at)
    {
        using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
        var buffer = new byte[(int)Math.Clamp(stream.Length + 1, 4, BufferBytes)];
        var filled = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (Utf8Text.OtherEncoding(buffer.AsSpan(0, filled)) is { } encoding)
        {
            problems.Add(Utf8Text.NotUtf8(encoding, file.Path));
            yield break;
        }

        var start = buffer.AsSpan(0, filled).StartsWith("\uFEFF"u8) ? 3 : 0;
        var whole = stream.Length <= LongText.WholeUpTo;
        long offset = start;
        var part = 0;
        while (start < filled)
        {
            var length = whole ? filled - start : LongText.FirstPart(buffer.AsSpan(start, filled - start));
            if (Utf8Text.Decode(buffer.AsSpan(start, length), file.Path, offset, problems) is not { } text)
            {
                yield break;
            }

            start += length;
            offset += length;
            at(offset);
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return new Document(whole ? file.Name : $"{file.Name}#{part}", file.Name, Normalize(text), part);
                part++;
            }

            // Keep enough in the buffer that a cut never depends on where a read ended.
            if (filled - start <= LongText.AnywhereAt && offset + (filled - start) < stream.Length)
            {
                buffer.AsSpan(start, filled - start).CopyTo(buffer);
                filled -= start;
                start = 0;
                filled += stream.ReadAtLeast(buffer.AsSpan(filled), buffer.Length - filled, throwOnEndOfStream: false);
            }
        }
    }

    private static string Normalize(string text) =>
        text.Contains('\r') ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : text;
}
