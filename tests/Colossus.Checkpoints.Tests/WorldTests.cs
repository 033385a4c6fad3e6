using System.Diagnostics;
using Colossus.Checkpoints.Safetensors;

namespace Colossus.Checkpoints.Tests;

/// <summary>The disk says no.</summary>
public sealed class WorldTests
{
    [Fact]
    public void A_full_disk_is_a_typed_error_and_leaves_the_last_good_checkpoint_and_no_rest()
    {
        using var folder = new TemporaryFolder();
        using var mount = SmallDisk.TryMount(folder["disk"]);
        Assert.SkipWhen(mount is null, "no disk of 1 MiB can be mounted here (that takes root): a full disk is not tried");
        string checkpoints = Path.Combine(mount.Path, "checkpoints");
        Sample.Save(checkpoints, 50);
        var writer = new CheckpointWriter();
        string temporary = writer.Begin(checkpoints, 100);
        writer.WriteShard(temporary, 0, Sample.Parts(0, 2, 100));
        CheckpointException error = Assert.Throws<CheckpointException>(() => writer.WriteShard(temporary, 1, [ShardPart.Whole("w", TensorType.U8, [2 << 20], TensorBytes.Of(new byte[2 << 20]))]));
        Assert.Equal(CheckpointFault.DiskFull, error.Fault);
        Assert.Contains("rank-0001.safetensors", error.Where, StringComparison.Ordinal);
        Assert.Contains("2,097,", error.Limit, StringComparison.Ordinal);
        Assert.Contains("bytes free", error.Value, StringComparison.Ordinal);
        Assert.Equal(["step-000050"], Directory.GetDirectories(checkpoints).Select(Path.GetFileName));

        // Full to the last page: the manifest, not the data, is what does not fit.
        temporary = writer.Begin(checkpoints, 100);
        ShardRecord shard = writer.WriteShard(temporary, 0, Sample.Parts(0, 1, 100));
        FillUp(Path.Combine(mount.Path, "filler"));
        Assert.Equal(CheckpointFault.DiskFull, Assert.Throws<CheckpointException>(() => writer.Commit(
            temporary, Path.Combine(checkpoints, "step-000100"), CheckpointManifest.Assemble(Sample.State(100, 1), [shard], Sample.Order))).Fault);
        Assert.Equal(50, CheckpointReader.FindNewestGood(checkpoints, Assert.Fail)!.Step);
        Assert.Equal(["step-000050"], Directory.GetDirectories(checkpoints).Select(Path.GetFileName));

        // Space again: the next one is written.
        File.Delete(Path.Combine(mount.Path, "filler"));
        Sample.Save(checkpoints, 150, writer: writer);
        Assert.Equal(150, CheckpointReader.FindNewestGood(checkpoints, Assert.Fail)!.Step);
    }

    [Fact]
    public void A_folder_deleted_during_writing_is_a_typed_error_and_the_next_checkpoint_is_written()
    {
        using var folder = new TemporaryFolder();
        string run = Directory.CreateDirectory(folder["run"]).FullName;
        string checkpoints = Path.Combine(run, "checkpoints");
        var writer = new CheckpointWriter();
        string temporary = writer.Begin(checkpoints, 100);
        ShardPart part = ShardPart.Whole("w", TensorType.U8, [4 << 20], TensorBytes.From(4 << 20, (offset, _) =>
        {
            if (offset == 0)
            {
                Directory.Delete(checkpoints, recursive: true);
            }
        }));
        Assert.Equal(CheckpointFault.Missing, Assert.Throws<CheckpointException>(() => writer.WriteShard(temporary, 0, [part])).Fault);
        Assert.Equal(CheckpointFault.Missing, Assert.Throws<CheckpointException>(() => writer.WriteShard(temporary, 1, Sample.Parts(1, 2, 100))).Fault);
        Assert.Equal(150, Sample.Save(checkpoints, 150, writer: writer).Step);

        temporary = writer.Begin(checkpoints, 200);
        ShardRecord shard = writer.WriteShard(temporary, 0, Sample.Parts(0, 1, 200));
        Directory.Delete(temporary, recursive: true);
        CheckpointManifest manifest = CheckpointManifest.Assemble(Sample.State(200, 1), [shard], Sample.Order);
        Assert.Equal(CheckpointFault.Missing, Assert.Throws<CheckpointException>(() => writer.Commit(temporary, Path.Combine(checkpoints, "step-000200"), manifest)).Fault);
        Assert.Equal(150, CheckpointReader.FindNewestGood(checkpoints, Assert.Fail)!.Step);

        Directory.Delete(run, recursive: true);
        Assert.Equal(CheckpointFault.Missing, Assert.Throws<CheckpointException>(() => writer.Begin(checkpoints, 250)).Fault);
        Assert.Empty(writer.Prune(checkpoints, keep: 1));
        Assert.Null(CheckpointReader.FindNewestGood(checkpoints, Assert.Fail));
        Assert.False(Directory.Exists(run));
    }

    [Fact]
    public void A_file_where_the_folder_should_be_is_a_typed_error()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["checkpoints"], "");
        CheckpointException error = Assert.Throws<CheckpointException>(() => new CheckpointWriter().Begin(folder["checkpoints"], 100));
        Assert.NotEmpty(error.Next);
    }

    [Fact]
    public void A_cancelled_shard_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        var writer = new CheckpointWriter();
        string temporary = writer.Begin(folder.Path, 100);
        Assert.Throws<OperationCanceledException>(() => writer.WriteShard(temporary, 0, Sample.Parts(0, 1, 100), new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_shard_that_changed_after_writing_is_not_committed()
    {
        using var folder = new TemporaryFolder();
        var writer = new CheckpointWriter();
        string temporary = writer.Begin(folder.Path, 100);
        ShardRecord shard = writer.WriteShard(temporary, 0, Sample.Parts(0, 1, 100));
        File.AppendAllText(Path.Combine(temporary, shard.File), "x");
        CheckpointManifest manifest = CheckpointManifest.Assemble(Sample.State(100, 1), [shard], Sample.Order);
        Assert.Equal(CheckpointFault.Altered, Assert.Throws<CheckpointException>(() => writer.Commit(temporary, folder["step-000100"], manifest)).Fault);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static void FillUp(string path)
    {
        using FileStream stream = File.Create(path, bufferSize: 0);
        byte[] page = new byte[4096];
        try
        {
            while (true)
            {
                stream.Write(page);
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    /// <summary>A file system of 1 MiB in memory; unmounted at the end.</summary>
    private sealed class SmallDisk(string path) : IDisposable
    {
        public string Path => path;

        public static SmallDisk? TryMount(string path)
        {
            Directory.CreateDirectory(path);
            return OperatingSystem.IsLinux() && File.Exists("/usr/bin/mount") && Run("/usr/bin/mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path) == 0 ? new SmallDisk(path) : null;
        }

        public void Dispose() => Assert.Equal(0, Run("/usr/bin/umount", path));

        private static int Run(string program, params string[] arguments)
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)), $"{program} did not end within 30 s");
            return process.ExitCode;
        }
    }
}
