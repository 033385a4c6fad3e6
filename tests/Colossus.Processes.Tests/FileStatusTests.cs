using System.Diagnostics;

namespace Colossus.Processes.Tests;

public sealed class FileStatusTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("colossus-status-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_path_is_looked_at_without_being_opened()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // other kernels have no statx
        }

        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "12345");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddSeconds(77));
        File.CreateSymbolicLink(Path.Combine(folder, "link"), file);
        var fifo = Path.Combine(folder, "fifo");
        using (var make = Process.Start("mkfifo", fifo))
        {
            Assert.True(make.WaitForExit(TimeSpan.FromSeconds(10)), "mkfifo did not end");
        }

        var found = FileStatus.Of(file)!.Value;
        Assert.Equal((FileType.File, 5, 77_000_000_000), (found.Type, found.Bytes, found.Modified));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.OtherRead, found.Permissions);
        Assert.True(found.Changed > found.Modified, "the kernel sets the change time, and nobody else");
        Assert.Equal(found, FileStatus.Of(Path.Combine(folder, "link")));
        Assert.Equal(FileType.Link, FileStatus.Of(Path.Combine(folder, "link"), follow: false)!.Value.Type);
        Assert.Equal(FileType.Folder, FileStatus.Of(folder)!.Value.Type);
        Assert.Equal(FileType.Fifo, FileStatus.Of(fifo)!.Value.Type);
        Assert.Equal(FileType.CharacterDevice, FileStatus.Of("/dev/null")!.Value.Type);
        Assert.Equal(0u, FileStatus.Of("/proc/1")!.Value.Owner);
        Assert.Null(FileStatus.Of(Path.Combine(folder, "none")));
    }
}
