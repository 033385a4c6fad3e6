namespace Colossus.Specs.Texts;

/// <summary>
/// Reads what people write: files of bounded length, whole. The bound holds for what is read and not for what the system says of the file, so it holds
/// for pipes and devices too.
/// </summary>
public static class TextFile
{
    /// <summary>Longest job or site file, in bytes: these are a page or two of text.</summary>
    public const int LongestDescription = 1 << 20;

    /// <summary>Longest table, in bytes: some fifty thousand rows.</summary>
    public const int LongestTable = 16 << 20;

    private const int BlockBytes = 1 << 16;

    /// <summary>Reads a file: UTF-8, or what its byte order mark says.</summary>
    /// <inheritdoc cref="ReadBytes"/>
    /// <returns>Its text.</returns>
    public static string Read(string path, int longest)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes(path, longest)));
        return reader.ReadToEnd();
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="longest">Most bytes that it may have.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="TextFileTooLongException">It has more; no more than <paramref name="longest"/> bytes and a block were read.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read, or is a folder.</exception>
    public static byte[] ReadBytes(string path, int longest)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        using var bytes = new MemoryStream();
        var block = new byte[BlockBytes];
        while (file.Read(block) is > 0 and var count)
        {
            bytes.Write(block, 0, count);
            if (bytes.Length > longest)
            {
                throw new TextFileTooLongException(path, longest);
            }
        }

        return bytes.ToArray();
    }
}
