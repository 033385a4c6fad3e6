using Colossus.Checkpoints.Safetensors;
using CsCheck;

namespace Colossus.Checkpoints.Tests;

public sealed class PruneTests
{
    [Fact]
    public void The_oldest_beyond_the_number_go()
    {
        using var folder = new TemporaryFolder();
        var writer = new CheckpointWriter();
        foreach (long step in new long[] { 1_000_000, 50, 999_999, 100 })
        {
            Sample.Save(folder.Path, step, writer: writer);
        }

        Assert.Empty(writer.Prune(folder.Path, keep: 4));
        Assert.Equal(["step-000050", "step-000100"], writer.Prune(folder.Path, keep: 2));
        Assert.Equal(["step-1000000", "step-999999"], Directory.GetDirectories(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal([999_999L, 1_000_000L], CheckpointReader.List(folder.Path).Select(item => item.Step));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Prune(folder.Path, keep: 0));
    }

    [Fact]
    public void The_newest_good_one_stays_whichever_are_damaged_and_whoever_wrote_them()
    {
        Gen.Select(Gen.Bool.Array[5], Gen.Int[1, 6], Gen.Bool).Sample(
            (damaged, keep, sameWriter) =>
            {
                using var folder = new TemporaryFolder();
                var writer = new CheckpointWriter();
                for (int i = 0; i < damaged.Length; i++)
                {
                    string path = Sample.Save(folder.Path, i + 1, writer: writer).Path;
                    if (damaged[i])
                    {
                        Damage(Path.Combine(path, "rank-0001.safetensors"));
                    }
                }

                CheckpointFolder? before = CheckpointReader.FindNewestGood(folder.Path, _ => { });
                (sameWriter ? writer : new CheckpointWriter()).Prune(folder.Path, keep);
                Assert.Equal(before, CheckpointReader.FindNewestGood(folder.Path, _ => { }));
                long[] left = [.. CheckpointReader.List(folder.Path).Select(item => item.Step)];

                // Damaged ones do not count: all from the keep-th newest good one on stay, all when there are fewer.
                long[] good = [.. Enumerable.Range(1, 5).Where(step => !damaged[step - 1]).Select(step => (long)step).TakeLast(keep)];
                long oldest = good.Length < keep ? 1 : good[0];
                Assert.Equal(Enumerable.Range(1, 5).Select(step => (long)step).Where(step => step >= oldest), left);
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void Checkpoints_of_other_runs_neither_count_nor_are_used()
    {
        using var folder = new TemporaryFolder();
        Sample.Save(folder.Path, 50);
        Sample.Save(folder.Path, 100);
        Directory.CreateDirectory(folder["step-000300"]); // foreign: nothing in it
        var otherSeed = new RunSignature(7, []);
        var otherModel = new RunSignature(ulong.MaxValue, [new TensorDeclaration("model.norm.weight", TensorType.F32, [7])]);
        var own = new RunSignature(ulong.MaxValue, [new TensorDeclaration("model.norm.weight", TensorType.F32, [6])]);
        var said = new List<string>();
        Assert.Null(CheckpointReader.FindNewestGood(folder.Path, said.Add, otherSeed));
        Assert.Contains("its seed is 18446744073709551615, and the run's is 7", said[1], StringComparison.Ordinal);
        said.Clear();
        Assert.Null(CheckpointReader.FindNewestGood(folder.Path, said.Add, otherModel));
        Assert.Contains("model.norm.weight is F32 [6] there and F32 [7] here", said[1], StringComparison.Ordinal);
        Assert.Equal(100, CheckpointReader.FindNewestGood(folder.Path, said.Add, own)!.Step);

        var writer = new CheckpointWriter();
        Assert.Empty(writer.Prune(folder.Path, keep: 1, otherSeed));
        Assert.Empty(writer.Prune(folder.Path, keep: 2, own));
        Assert.Equal(["step-000050"], writer.Prune(folder.Path, keep: 1, own));
    }

    [Fact]
    public void Later_checkpoints_are_set_aside_under_names_that_nobody_uses()
    {
        using var folder = new TemporaryFolder();
        foreach (long step in new long[] { 10, 20, 30 })
        {
            Sample.Save(folder.Path, step);
        }

        Directory.CreateDirectory(folder["step-000030.aside-1"]);
        Assert.Equal([("step-000020", "step-000020.aside-1"), ("step-000030", "step-000030.aside-2")], CheckpointAside.SetLaterAside(folder.Path, 10));
        Assert.Equal([10L], CheckpointReader.List(folder.Path).Select(item => item.Step));
        new CheckpointWriter().Prune(folder.Path, keep: 1);
        Assert.True(Directory.Exists(folder["step-000020.aside-1"]) && Directory.Exists(folder["step-000030.aside-2"]));
        Assert.Empty(CheckpointAside.SetLaterAside(folder["nothing"], 10));
    }

    private static void Damage(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(1)); // clocks of file systems are coarse
    }
}
