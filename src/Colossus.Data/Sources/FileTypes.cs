using Colossus.Processes;

namespace Colossus.Data.Sources;

/// <summary>What a path leads to, without opening it. On systems other than Linux every path counts as a file.</summary>
internal static class FileTypes
{
    /// <summary>What stands in a file's place; null for a regular file, a folder, and what cannot be looked at.</summary>
    public static string? Special(string path) => FileStatus.Of(path)?.Type switch
    {
        FileType.Fifo => "a pipe",
        FileType.CharacterDevice or FileType.BlockDevice => "a device",
        FileType.Socket => "a socket",
        _ => null,
    };
}
