using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Colossus.Data.Sources;

/// <summary>Strict decoding of UTF-8 that can say where it failed.</summary>
internal static class Utf8Text
{
    private static readonly UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes bytes, or reports the first byte that is not UTF-8.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="file">The file they are from, for the message.</param>
    /// <param name="start">Offset of the first byte in the file.</param>
    /// <param name="problems">Takes the problem.</param>
    /// <returns>The text, or null.</returns>
    public static string? Decode(ReadOnlySpan<byte> bytes, string file, long start, ProblemList problems)
    {
        if (Utf8.IsValid(bytes))
        {
            return strict.GetString(bytes);
        }

        var offset = FirstInvalid(bytes);
        problems.Add(NotUtf8(bytes[offset], file, start + offset));
        return null;
    }

    /// <summary>The name of the encoding that a byte-order mark of another one stands for, or null.</summary>
    public static string? OtherEncoding(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] => "UTF-32",
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "UTF-16",
        _ => null,
    };

    public static CorpusProblem NotUtf8(string encoding, string file) => new(
        $"the file is {encoding}, not UTF-8",
        $"convert it: iconv -f {encoding} -t UTF-8 '{file}' > new-file",
        file,
        ByteOffset: 0);

    private static CorpusProblem NotUtf8(byte value, string file, long offset) => new(
        $"0x{value:X2} is not UTF-8 here",
        $"convert the file if it has another encoding, for example: iconv -f ISO-8859-1 -t UTF-8 '{file}' > new-file",
        file,
        ByteOffset: offset);

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        var offset = 0;
        while (offset < bytes.Length && Rune.DecodeFromUtf8(bytes[offset..], out _, out var length) == OperationStatus.Done)
        {
            offset += length;
        }

        return Math.Min(offset, bytes.Length - 1);
    }
}
