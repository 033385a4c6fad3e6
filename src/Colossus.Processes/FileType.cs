namespace Colossus.Processes;

/// <summary>What lies at a path; the numbers are those of <c>st_mode</c>.</summary>
public enum FileType
{
    /// <summary>None that is known.</summary>
    Unknown = 0,

    /// <summary>A named pipe: opening it waits for the other end.</summary>
    Fifo = 0x1000,

    /// <summary>A device such as a terminal.</summary>
    CharacterDevice = 0x2000,

    /// <summary>A folder.</summary>
    Folder = 0x4000,

    /// <summary>A device such as a disk.</summary>
    BlockDevice = 0x6000,

    /// <summary>A regular file.</summary>
    File = 0x8000,

    /// <summary>A symbolic link.</summary>
    Link = 0xA000,

    /// <summary>A socket.</summary>
    Socket = 0xC000,
}
