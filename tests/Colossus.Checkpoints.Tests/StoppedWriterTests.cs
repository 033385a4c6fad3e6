namespace Colossus.Checkpoints.Tests;

public sealed class StoppedWriterTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_writer_stopped_at_any_operation_leaves_the_checkpoint_before_it(bool losePower)
    {
        int kept = 0, advanced = 0;
        for (int stopAt = 0; ; stopAt++)
        {
            using var folder = new TemporaryFolder();
            string checkpoints = folder["checkpoints"];
            Sample.Save(checkpoints, 50);
            Sample.Save(checkpoints, 100);
            var files = new StoppingFiles(stopAt);
            bool stopped = Stops(() =>
            {
                CheckpointWriter writer = Sample.WriterOn(files);
                Sample.Save(checkpoints, 150, writer: writer);
                writer.Prune(checkpoints, keep: 1);
            });
            if (losePower)
            {
                files.LosePower();
            }

            CheckpointFolder? good = CheckpointReader.FindNewestGood(checkpoints, problem => Assert.Fail($"stopped at {stopAt}: {problem}"));
            Assert.NotNull(good);
            Assert.True(good.Step is 100 or 150, $"stopped at {stopAt}: step {good.Step}");
            Sample.AssertHolds(good.Path, good.Step);
            _ = good.Step == 100 ? kept++ : advanced++;

            // Whatever lies there, the next attempt succeeds.
            var next = new CheckpointWriter();
            Sample.Save(checkpoints, 150, writer: next);
            next.Prune(checkpoints, keep: 1);
            Assert.Equal([150L], CheckpointReader.List(checkpoints).Select(item => item.Step));
            Sample.AssertHolds(CheckpointReader.List(checkpoints)[0].Path, 150);
            if (!stopped)
            {
                break;
            }
        }

        Assert.True(kept > 10 && advanced > 10, $"{kept} stops before and {advanced} after the commit");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Replacing_a_checkpoint_of_the_same_step_never_leaves_none(bool losePower)
    {
        bool stopped = true;
        for (int stopAt = 0; stopped; stopAt++)
        {
            using var folder = new TemporaryFolder();
            string checkpoints = folder["checkpoints"];
            Sample.Save(checkpoints, 100, ranks: 3);
            var files = new StoppingFiles(stopAt);
            stopped = Stops(() => Sample.Save(checkpoints, 100, ranks: 1, Sample.WriterOn(files)));
            if (losePower)
            {
                files.LosePower();
            }

            CheckpointFolder? good = CheckpointReader.FindNewestGood(checkpoints, problem => Assert.Fail($"stopped at {stopAt}: {problem}"));
            Assert.NotNull(good);
            Sample.AssertHolds(good.Path, 100);
        }
    }

    [Fact]
    public void Folders_of_dead_writers_are_removed_and_those_of_living_ones_stay()
    {
        using var folder = new TemporaryFolder();
        Sample.Save(folder.Path, 100);
        string mine = new CheckpointWriter().Begin(folder.Path, 150);
        string identity = Path.GetFileName(mine).Split(".tmp-")[1];
        string[] fields = identity.Split('-');
        string dead = folder["step-000150.tmp-" + string.Join('-', [.. fields[..^2], "1", fields[^1]])]; // the same process number, another start
        string elsewhere = folder["step-000150.tmp-" + string.Join('-', [.. fields[..^4], "1", .. fields[^3..]])]; // another container: the same numbers mean nothing
        string old = folder["step-000150.tmp-another-machine-2-2-2"];
        string foreign = folder["notes.tmp-1"];
        foreach (string path in new[] { dead, elsewhere, old, foreign })
        {
            Directory.CreateDirectory(path);
            File.WriteAllText(Path.Combine(path, "rank-0000.safetensors"), "half");
        }

        Directory.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));
        IReadOnlyList<string> removed = new CheckpointWriter().Prune(folder.Path, keep: 1);
        Assert.Equal([Path.GetFileName(dead), Path.GetFileName(old)], removed.Order(StringComparer.Ordinal).OrderBy(name => name == Path.GetFileName(old)));
        Assert.True(Directory.Exists(mine) && Directory.Exists(elsewhere) && Directory.Exists(foreign));
        Assert.False(Directory.Exists(dead) || Directory.Exists(old));
    }

    private static bool Stops(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (StoppingFiles.Killed)
        {
            return true;
        }
    }
}
