namespace Colossus.Cli.Machine;

/// <summary>Room of a folder for shared memory.</summary>
internal static class SharedMemoryRoom
{
    /// <summary>Its size and what is free of it, bytes; null when there is no such folder or nobody can say.</summary>
    public static (long Size, long Free)? Of(string folder)
    {
        try
        {
            var drive = new DriveInfo(folder);
            return Directory.Exists(folder) ? (drive.TotalSize, drive.AvailableFreeSpace) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
