using System.Text;

namespace Colossus.Cli.Files;

/// <summary>A file that is there whole or not at all: it is written beside its place, and moved there when it is good.</summary>
internal static class NewFile
{
    /// <summary>Writes a file, in place of one that is there; its folder is made if it is not there.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="text">What to write, as UTF-8.</param>
    /// <param name="check">Looks at the file, at the path that it is given, before it gets its name; what it throws leaves everything as it was.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, string text, Action<string>? check = null) => Write(path, file => file.Write(Encoding.UTF8.GetBytes(text)), check);

    /// <summary>The same for what is too large for one text.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="write">Writes the file.</param>
    /// <param name="check">As above.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, Action<Stream> write, Action<string>? check = null) => Beside(path, write, (beside, target) =>
    {
        check?.Invoke(beside);
        File.Move(beside, target, overwrite: true);
    });

    /// <summary>Finds out whether a file could be written, and leaves what is there as it is; its folder is made if it is not there.</summary>
    /// <param name="path">Full path.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Try(string path) => Beside(path, _ => { }, (_, _) => { });

    private static void Beside(string path, Action<Stream> write, Action<string, string> finish)
    {
        // The place that a link points to, not the link.
        string target = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        if (Directory.Exists(target))
        {
            throw new IOException("it is a folder");
        }

        string folder = Path.GetDirectoryName(target)!;
        if (folder.StartsWith("/dev", StringComparison.Ordinal) || folder.StartsWith("/proc", StringComparison.Ordinal))
        {
            throw new IOException("it is a device, not a file");
        }

        Directory.CreateDirectory(folder);
        string beside = Path.Combine(folder, $".{Path.GetFileName(target)}.{Environment.ProcessId}.new");
        try
        {
            using (var file = File.Create(beside))
            {
                write(file);
            }

            finish(beside, target);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
