using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Colossus.Specs.Diagnostics;

namespace Colossus.Specs.Yaml;

/// <summary>From the bytes of a file to its letters, and which letters a YAML text may have (YAML 1.2.2, sections 5.1 and 5.2).</summary>
public static class YamlText
{
    // A byte that is no UTF-8 becomes half of a surrogate pair, which no text has, and keeps its place.
    private const char firstBadByte = '\uDC00';

    private static readonly string[] lineBreaks = ["\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"];

    /// <summary>The text in a file: UTF-8, or UTF-16 in either order of bytes, with or without a mark in front. What is neither is reported when the text is read.</summary>
    /// <param name="bytes">The file.</param>
    public static string Decode(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xFE, ..] => Utf16(bytes[2..], bigEndian: false),
        [0xFE, 0xFF, ..] => Utf16(bytes[2..], bigEndian: true),
        [0xEF, 0xBB, 0xBF, ..] => Utf8(bytes[3..]),
        // The first letter of YAML is ASCII, so that its zero byte tells the order.
        [0, not 0, ..] => Utf16(bytes, bigEndian: true),
        [not 0, 0, ..] => Utf16(bytes, bigEndian: false),
        _ => Utf8(bytes),
    };

    /// <summary>The lines of a text, as YAML breaks them.</summary>
    internal static string[] Lines(string text) => text.Split(lineBreaks, StringSplitOptions.None);

    /// <summary>Reports the first letter that no YAML text may have.</summary>
    /// <returns>Whether there is none.</returns>
    internal static bool Check(string text, string file, DiagnosticBag bag)
    {
        for (int at = 0; at < text.Length;)
        {
            var status = Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out int length);
            if (status != OperationStatus.Done || !IsPrintable(rune))
            {
                string[] before = Lines(text[..at]);
                string line = Lines(text)[before.Length - 1];
                var (message, advice) = Words(text[at]);
                bag.Error(new SourcePlace(file, before.Length, before[^1].Length + 1, 1, Visible(line)), ErrorCode.NotText, message, advice);
                return false;
            }

            at += length;
        }

        return true;
    }

    /// <summary>A text for a message: one line, of a length that can be read, control characters as their numbers.</summary>
    internal static string Shown(string text)
    {
        const int Longest = 40;
        return Visible(text.Length <= Longest ? text : text[..(Longest - 1)] + "…");
    }

    private static string Visible(string text) =>
        text.All(static letter => !char.IsControl(letter) || letter == '\t')
            ? text
            : string.Concat(text.Select(static letter => char.IsControl(letter) && letter != '\t' ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}") : letter.ToString()));

    private static bool IsPrintable(Rune rune) => rune.Value is '\t' or '\n' or '\r' or (>= 0x20 and <= 0x7E) or 0x85 or (>= 0xA0 and not (0xFFFE or 0xFFFF));

    private static (string Message, string Advice) Words(char letter) => letter switch
    {
        '\0' => ("a zero byte stands here, so this is no text", "save the file as UTF-8"),
        >= firstBadByte and <= '\uDCFF' => (string.Create(CultureInfo.InvariantCulture, $"byte {letter - firstBadByte:X2} (hexadecimal) is no UTF-8"), "save the file as UTF-8"),
        _ => (string.Create(CultureInfo.InvariantCulture, $"the character U+{(int)letter:X4} is none that a text shows"), "remove it; in double quotes it can be written with a backslash"),
    };

    private static string Utf8(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        Span<char> pair = stackalloc char[2];
        while (bytes.Length > 0)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out int length) == OperationStatus.Done)
            {
                text.Append(pair[..rune.EncodeToUtf16(pair)]);
            }
            else
            {
                length = 1;
                text.Append((char)(firstBadByte + bytes[0]));
            }

            bytes = bytes[length..];
        }

        return text.ToString();
    }

    private static string Utf16(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        // An odd byte at the end is half a letter.
        char[] letters = [.. MemoryMarshal.Cast<byte, char>(bytes), .. bytes.Length % 2 == 1 ? [(char)(firstBadByte + bytes[^1])] : ReadOnlySpan<char>.Empty];
        if (bigEndian == BitConverter.IsLittleEndian)
        {
            for (int at = 0; at < bytes.Length / 2; at++)
            {
                letters[at] = (char)System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(letters[at]);
            }
        }

        return new string(letters);
    }
}
