namespace Colossus.Cli.Machine;

/// <summary>Whether a folder can be written, found out by writing: permissions alone say nothing of read-only file systems, quotas and /proc.</summary>
internal static class FolderTrial
{
    /// <summary>Makes the folder if it is not there, and a file in it, which is gone afterwards.</summary>
    /// <param name="folder">Full path.</param>
    /// <returns>Null when that worked, else why not, as the end of a sentence that begins with the folder.</returns>
    public static string? Problem(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var file = Path.Combine(folder, $".trial-{Environment.ProcessId}-{Path.GetRandomFileName()}");
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            stream.WriteByte(0);
            stream.Flush();
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return "may not be written by this user";
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return "cannot be made or written: that file system takes nothing new";
        }
        catch (Exception error) when (error is IOException or ArgumentException or NotSupportedException)
        {
            return $"cannot be written: {error.Message.TrimEnd('.')}";
        }
    }

    /// <summary>The same for a folder that is not to be made: its nearest ancestor that exists is tried.</summary>
    /// <param name="folder">Full path.</param>
    public static string? ProblemOfAncestor(string folder)
    {
        var existing = folder;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing)!;
        }

        return Problem(existing);
    }
}
