using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Colossus.Data.Sources;

/// <summary>Strict UTF-8: what is not is found with its place, never replaced in silence.</summary>
internal static class Utf8Text
{
    /// <summary>The first byte that is not UTF-8.</summary>
    /// <returns>Its index; -1 when all are.</returns>
    public static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return -1;
        }

        var offset = 0;
        while (Rune.DecodeFromUtf8(bytes[offset..], out _, out var length) == OperationStatus.Done)
        {
            offset += length;
        }

        return offset;
    }

    /// <summary>
    /// The encoding that the beginning of a file shows if it is not UTF-8: by its byte-order mark, or by the zeros that Latin letters have in UTF-16.
    /// </summary>
    public static string? OtherEncoding(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] => "UTF-32",
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "UTF-16",
        [not 0, 0, not 0, 0, ..] => "UTF-16LE",
        [0, not 0, 0, not 0, ..] => "UTF-16BE",
        _ => null,
    };

    /// <summary>What to do with a file of another encoding.</summary>
    public static string Convert(string encoding, string file) => $"convert it: iconv -f {encoding} -t UTF-8 '{file}' > new-file";

    /// <summary>The problem that a byte is not UTF-8.</summary>
    /// <param name="value">The byte.</param>
    /// <param name="file">The file it is in.</param>
    /// <param name="offset">Its place in the file, unpacked.</param>
    public static CorpusProblem Invalid(byte value, string file, long offset) => new(
        $"0x{value:X2} is not UTF-8 here",
        $"convert the file if it has another encoding, for example: iconv -f ISO-8859-1 -t UTF-8 '{file}' > new-file; or pass over bad lines with data.onBadLine: skip",
        file,
        ByteOffset: offset);
}
