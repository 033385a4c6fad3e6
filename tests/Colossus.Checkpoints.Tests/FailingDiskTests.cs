namespace Colossus.Checkpoints.Tests;

/// <summary>The disk says no at any operation: a good checkpoint always remains, and nothing unfinished.</summary>
public sealed class FailingDiskTests
{
    public static TheoryData<int, bool, bool> Errors() => new()
    {
        { DiskError.Full, false, true },
        { DiskError.Full, true, true },
        { DiskError.Quota, true, true },
        { DiskError.Broken, false, false },
        { DiskError.Broken, true, false },
        { DiskError.ReadOnly, true, false },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Whatever_operation_fails_a_good_checkpoint_remains_and_the_next_one_is_written(int code, bool lasts, bool sparesDeletion)
    {
        int failed = 0, saved = 0;
        for (int stopAt = 0; ; stopAt++)
        {
            using var folder = new TemporaryFolder();
            string checkpoints = folder["checkpoints"];
            Sample.Save(checkpoints, 50);
            Sample.Save(checkpoints, 100);
            var files = new StoppingFiles(stopAt, new DiskError(code, lasts, sparesDeletion));
            CheckpointException? error = Fails(() =>
            {
                CheckpointWriter writer = Sample.WriterOn(files);
                Sample.Save(checkpoints, 150, writer: writer);
                writer.Prune(checkpoints, keep: 1);
            });
            _ = error is null ? saved++ : failed++;
            CheckpointFolder? good = CheckpointReader.FindNewestGood(checkpoints, problem => Assert.Fail($"failed at {stopAt}: {problem}"));
            Assert.NotNull(good);
            Assert.True(good.Step == 150 || (good.Step == 100 && error is not null), $"failed at {stopAt}: step {good.Step}, {error?.Message}");
            Sample.AssertHolds(good.Path, good.Step);
            if (error is not null)
            {
                Assert.NotEmpty(error.Next);
                Assert.Equal(code is DiskError.Full or DiskError.Quota, error.Fault == CheckpointFault.DiskFull);
            }

            if (sparesDeletion)
            {
                Assert.DoesNotContain(Directory.GetDirectories(checkpoints), path => CheckpointFolder.IsTemporary(Path.GetFileName(path)));
            }

            // The disk is mended.
            var next = new CheckpointWriter();
            Sample.Save(checkpoints, 200, writer: next);
            next.Prune(checkpoints, keep: 1);
            Assert.Equal([200L], CheckpointReader.List(checkpoints).Select(item => item.Step));
            if (!files.Stopped)
            {
                break;
            }
        }

        // A disk that is full once has room after the older checkpoint is gone.
        Assert.True(saved > 5 && (failed > 5 || (code == DiskError.Full && !lasts)), $"{failed} failed and {saved} saved");
    }

    [Fact]
    public void On_a_disk_of_any_size_older_checkpoints_make_room_and_the_newest_good_one_stays()
    {
        using var measured = new TemporaryFolder();
        long size = Directory.GetFiles(Sample.Save(measured.Path, 1).Path).Sum(file => new FileInfo(file).Length);

        // Never near a whole number of checkpoints: they differ by a few digits.
        for (long capacity = size * 5 / 8; capacity < 5 * size; capacity += size / 4)
        {
            using var folder = new TemporaryFolder();
            CheckpointWriter writer = Sample.WriterOn(new SmallFiles(capacity));
            long newest = 0;
            for (long step = 1; step <= 6; step++)
            {
                if (Fails(() => Sample.Save(folder.Path, step, writer: writer)) is { } error)
                {
                    Assert.True(capacity < 2 * size, $"{capacity} bytes hold two of {size}: {error.Message}");
                    Assert.Equal(CheckpointFault.DiskFull, error.Fault);
                    Assert.Contains($"Free 1 MiB at {folder.Path}.", error.Message, StringComparison.Ordinal);
                }
                else
                {
                    newest = step;
                }

                writer.Prune(folder.Path, keep: 3);
                Assert.Equal(newest, CheckpointReader.FindNewestGood(folder.Path, Assert.Fail)?.Step ?? 0);
                Assert.All(Directory.GetDirectories(folder.Path), path => Assert.NotNull(CheckpointFolder.TryParse(path)));
            }

            Assert.Equal(capacity < size ? 0 : capacity < 2 * size ? 1 : 6, newest);
        }
    }

    [Fact]
    public void A_damaged_newer_checkpoint_does_not_make_the_last_good_one_go()
    {
        using var folder = new TemporaryFolder();
        CheckpointWriter roomy = Sample.WriterOn(new SmallFiles(long.MaxValue));
        Sample.Save(folder.Path, 10, writer: roomy);
        Sample.Save(folder.Path, 20, writer: roomy);
        string damaged = Path.Combine(Sample.Save(folder.Path, 30, writer: roomy).Path, "rank-0000.safetensors");
        File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..^1]);
        CheckpointException error = Assert.Throws<CheckpointException>(() => Sample.Save(folder.Path, 40, writer: Sample.WriterOn(new SmallFiles(0))));
        Assert.Contains("also after older checkpoints made room (step-000010)", error.Message, StringComparison.Ordinal);
        Assert.Equal(20, CheckpointReader.FindNewestGood(folder.Path, _ => { })!.Step);
    }

    [Fact]
    public void A_write_that_a_lost_rank_ends_leaves_nothing_unfinished()
    {
        using var folder = new TemporaryFolder();
        var writer = new CheckpointWriter();
        Assert.Throws<InvalidOperationException>(() => writer.Save(folder.Path, 100, Sample.Bytes, null, unfinished =>
        {
            writer.WriteShard(unfinished, 0, Sample.Parts(0, 2, 100));
            throw new InvalidOperationException("rank 1 is gone");
        }));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void What_a_dead_writer_left_goes_before_the_next_one_begins()
    {
        using var folder = new TemporaryFolder();
        string left = folder["step-000150.tmp-" + Path.GetFileName(new CheckpointWriter().Begin(folder.Path, 100)).Split(".tmp-")[1]];
        string[] fields = left.Split('-');
        fields[^2] = "1"; // the same process number, another start
        left = string.Join('-', fields);
        Directory.CreateDirectory(left);
        File.WriteAllText(Path.Combine(left, "rank-0000.safetensors"), "half");
        new CheckpointWriter().Begin(folder.Path, 200);
        Assert.False(Directory.Exists(left));
    }

    private static CheckpointException? Fails(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (CheckpointException error)
        {
            return error;
        }
    }
}
