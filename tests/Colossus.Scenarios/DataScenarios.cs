namespace Colossus.Scenarios;

/// <summary>What becomes of a run when its text does not stay.</summary>
public sealed class DataScenarios : IDisposable
{
    private readonly TinyJob job = new();

    [Fact]
    public void A_run_whose_text_is_deleted_after_its_start_resumes_to_the_same_weights_and_samples()
    {
        string undisturbed = Weights(["train", job.JobFile, "--run", job.Run("reference")]);
        using (var run = ColossusRun.Start("train", job.JobFile, "--run", job.Run("cut"), "--format", "json"))
        {
            run.WaitForStep(15);
            ColossusRun.Signal(run.Id, ColossusRun.Kill);
            run.WaitForExit();
        }

        foreach (string text in Directory.GetFiles(job.Folder, "*.txt"))
        {
            File.Delete(text);
        }

        Assert.Equal(undisturbed, Weights(["train", "--resume", job.Run("cut")]));
        using var sample = ColossusRun.Start("sample", job.Run("cut"), "the", "--length", "5");
        Assert.True(sample.WaitForExit() == 0, sample.Talk);
    }

    public void Dispose() => job.Dispose();

    private static string Weights(string[] arguments)
    {
        using var run = ColossusRun.Start([.. arguments, "--format", "json"]);
        Assert.True(run.WaitForExit() == 0, run.Talk);
        return Assert.Single(run.Events("finished")).GetProperty("weightsSha256").GetString()!;
    }
}
