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
                IEnumerable<long> expected = before is null
                    ? [1, 2, 3, 4, 5]
                    : Enumerable.Range(1, 5).Select(step => (long)step).Where(step => step > 5 - keep || step == before.Step);
                Assert.Equal(expected, left);
            },
            iter: 60,
            threads: 1);
    }

    private static void Damage(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(1)); // clocks of file systems are coarse
    }
}
