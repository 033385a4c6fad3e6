using System.Runtime.CompilerServices;
using Colossus.Testing;

namespace Colossus.Processes.Tests;

// One after the other: they share a folder, which only an environment variable can name.
[Collection("memory")]
public sealed class MemoryLeaseTests
{
    [ModuleInitializer]
    internal static void OwnSharedMemory() =>
        Environment.SetEnvironmentVariable("COLOSSUS_SHM", Directory.CreateTempSubdirectory("colossus-shm-").FullName);

    [Fact]
    public void What_somebody_holds_stays_and_what_nobody_holds_is_removed_with_all_that_was_half_made()
    {
        using var living = MemoryLease.Begin();
        var mine = Make(living.Segment(0));
        string[] left = [Make("colossus-0123456789abcdef.lock"), Make("colossus-0123456789abcdef-e3"), Make("colossus-0123456789abcdef-e4.making-1")];
        string[] others = [Make("colossus-notes"), Make("colossus-notes.lock"), Make("another-e3")];
        Assert.Equal(["colossus-0123456789abcdef"], MemoryLease.RemoveAbandoned());
        Assert.All([mine, .. others], file => Assert.True(File.Exists(file), file));
        Assert.All(left, file => Assert.False(File.Exists(file), file));
        Array.ForEach(others, File.Delete);
    }

    [Fact]
    public void A_rank_that_outlives_its_supervisor_for_a_moment_keeps_the_memory()
    {
        var supervisor = MemoryLease.Begin();
        var segment = Make(supervisor.Segment(0));

        // The supervisor's death, as the kernel does it: its lock goes, the files stay.
        var (name, lockFile) = (supervisor.Name, Path.Combine(MemoryLease.Folder, supervisor.Name + ".lock"));
        supervisor.Dispose();
        File.WriteAllText(lockFile, "");
        File.WriteAllText(segment, "");
        using (MemoryLease.Hold(name))
        {
            Assert.Empty(MemoryLease.RemoveAbandoned());
            Assert.True(File.Exists(segment));
        }

        Assert.Equal([name], MemoryLease.RemoveAbandoned());
        Assert.False(File.Exists(segment));
        Assert.Throws<MemoryFolderException>(() => MemoryLease.Hold(name));
    }

    [Fact]
    public void An_epoch_is_removed_whole_or_half_made_and_no_other_one()
    {
        using var lease = MemoryLease.Begin();
        string[] gone = [Make(lease.Segment(1)), Make(lease.Segment(1) + ".making-7")];
        var stays = Make(lease.Segment(10));
        lease.Remove(1);
        Assert.All(gone, file => Assert.False(File.Exists(file), file));
        Assert.True(File.Exists(stays));
    }

    [Fact]
    public void The_end_of_a_lease_removes_all_of_its_files()
    {
        var lease = MemoryLease.Begin();
        Make(lease.Segment(0));
        lease.Dispose();
        Assert.Empty(Directory.GetFiles(MemoryLease.Folder, lease.Name + "*"));
    }

    [Fact]
    public async Task A_lease_that_begins_while_others_clear_up_keeps_its_lock_file()
    {
        using var done = new CancellationTokenSource();
        var cleaners = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                MemoryLease.RemoveAbandoned();
            }
        })).ToArray();
        try
        {
            for (var i = 0; i < Effort.Times(2_000, 100_000); i++)
            {
                using var lease = MemoryLease.Begin();
                Assert.True(File.Exists(Path.Combine(MemoryLease.Folder, lease.Name + ".lock")));
            }
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(cleaners);
        }

        Assert.Empty(Directory.GetFiles(MemoryLease.Folder, "*.lock"));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named_with_what_to_do()
    {
        var before = MemoryLease.Folder;
        Environment.SetEnvironmentVariable("COLOSSUS_SHM", "/nowhere/at/all");
        try
        {
            var error = Assert.Throws<MemoryFolderException>(MemoryLease.Begin);
            Assert.Contains("/nowhere/at/all", error.Message, StringComparison.Ordinal);
            Assert.Contains("COLOSSUS_SHM", error.Message, StringComparison.Ordinal);
            Assert.Empty(MemoryLease.RemoveAbandoned());
        }
        finally
        {
            Environment.SetEnvironmentVariable("COLOSSUS_SHM", before);
        }
    }

    private static string Make(string name)
    {
        var file = Path.Combine(MemoryLease.Folder, name);
        File.WriteAllText(file, "");
        return file;
    }
}
