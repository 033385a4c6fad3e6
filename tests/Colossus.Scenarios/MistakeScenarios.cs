namespace Colossus.Scenarios;

/// <summary>What people get wrong is told by its place, and never by a stack trace.</summary>
[Collection("machine")] // they share the cores of a small machine: one after another
public sealed class MistakeScenarios : IDisposable
{
    private readonly TinyJob job = new();

    [Theory]
    [InlineData("train.stpes=3", "train.steps")]
    [InlineData("model.kvHeads=3", "kvHeads")]
    [InlineData("train.globalBatch=7", "globalBatch")]
    [InlineData("train.precision=fp17", "precision")]
    [InlineData("parallel.tensor=3", "tensor")]
    [InlineData("model.sequence=1000000", "sequence")]
    [InlineData("data.source=nothing-*.txt", "nothing-")]
    public void A_wrong_setting_is_named(string setting, string named) => Refused(named, "train", job.JobFile, "--set", setting);

    [Fact]
    public void A_missing_job_file_is_named() => Refused("missing.yaml", "train", Path.Combine(job.Folder, "missing.yaml"));

    [Fact]
    public void A_run_folder_that_exists_is_refused()
    {
        Directory.CreateDirectory(job.Run("taken"));
        File.WriteAllText(Path.Combine(job.Run("taken"), "notes.txt"), "mine");
        Refused("taken", "train", job.JobFile, "--run", job.Run("taken"));
    }

    [Fact]
    public void Text_that_is_not_utf8_is_named_with_its_byte()
    {
        File.WriteAllBytes(Path.Combine(job.Folder, "text-99.txt"), [(byte)'a', 0xff, (byte)'b']);
        Refused("byte 1", "train", job.JobFile);
    }

    public void Dispose() => job.Dispose();

    private static void Refused(string named, params string[] arguments)
    {
        using var run = ColossusRun.Start(arguments);
        Assert.Equal(2, run.WaitForExit());
        Assert.Contains(named, run.Talk, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Talk, StringComparison.Ordinal);
    }
}
