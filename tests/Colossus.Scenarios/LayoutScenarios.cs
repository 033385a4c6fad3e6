using System.Globalization;
using Colossus.Testing;

namespace Colossus.Scenarios;

/// <summary>Faults, checkpoints and random jobs in every layout that runs.</summary>
[Collection("machine")] // they share the cores of a small machine: one after another
public sealed class LayoutScenarios : IDisposable
{
    private readonly TinyJob job = new();
    private readonly Random random;
    private int runs;

    public LayoutScenarios()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("COLOSSUS_SEED"), CultureInfo.InvariantCulture, out int chosen) ? chosen : Environment.TickCount;
        random = new Random(seed);
        TestContext.Current.TestOutputHelper?.WriteLine($"everything random follows from a seed; the same again: COLOSSUS_SEED={seed} ./test {TestContext.Current.TestMethod?.MethodName}");
    }

    [Theory]
    [InlineData(2, "parallel.zero=0")]
    [InlineData(2, "parallel.zero=1")]
    [InlineData(2, "parallel.zero=2")]
    [InlineData(2, "parallel.zero=3")]
    [InlineData(2, "parallel.data=1", "parallel.pipeline=2", "parallel.schedule=gpipe")]
    [InlineData(2, "parallel.data=1", "parallel.pipeline=2", "parallel.schedule=1f1b")]
    [InlineData(2, "parallel.data=1", "parallel.pipeline=2", "parallel.schedule=interleaved", "parallel.virtualStages=2")]
    [InlineData(2, "parallel.data=1", "parallel.pipeline=2", "parallel.schedule=zero-bubble")]
    [InlineData(4, "parallel.pipeline=2", "parallel.zero=3", "model.tiedHead=true")]
    [InlineData(2, "parallel.data=1", "parallel.tensor=2")]
    [InlineData(2, "parallel.data=1", "parallel.tensor=2", "parallel.sequenceParallel=false")]
    [InlineData(2, "parallel.data=1", "parallel.context=2")]
    [InlineData(4, "parallel.data=1", "parallel.tensor=2", "parallel.pipeline=2")]
    [InlineData(2, "parallel.expert=2", "model.experts={ count: 4, active: 2, ffn: 48, biasRate: 0.001 }")]
    public void A_rank_killed_at_a_random_moment_costs_nothing_of_the_result(int ranks, params string[] layout)
    {
        string expected = Fingerprint(Undisturbed(layout));
        for (int i = 0; i < Effort.Times(1, 20); i++)
        {
            using var run = Start(layout);
            run.WaitForStep(random.Next(1, 18));
            ColossusRun.Signal(run.Workers()[random.Next(ranks)], ColossusRun.Kill);
            Assert.True(run.WaitForExit() == 0, run.Talk);
            Assert.Single(run.Events("fault"));
            Assert.Equal(expected, Fingerprint(run));
            Assert.Equal(Enumerable.Range(1, 20), run.Events("step").Select(step => step.GetProperty("step").GetInt32()));
        }
    }

    [Fact]
    public void A_spare_takes_a_rank_of_any_stage()
    {
        string[] layout = ["parallel.data=1", "parallel.pipeline=2", "train.steps=300"];
        string expected = Fingerprint(Undisturbed(layout));
        using var run = Start(layout);
        run.WaitForStep(2);
        var (last, spare) = (run.Workers()[1], run.Workers()[2]);
        ColossusRun.Signal(last, ColossusRun.Kill);
        Wait.Until(() => run.Events("recovered").Any(), "the spare to take the last stage");
        ColossusRun.Signal(spare, ColossusRun.Kill);
        Assert.True(run.WaitForExit() == 0, run.Talk);
        Assert.Equal([(1, last), (1, spare)], run.Events("fault").Select(fault => (fault.GetProperty("rank").GetInt32(), fault.GetProperty("pid").GetInt32())));
        Assert.Equal(expected, Fingerprint(run));
    }

    [Theory]
    [InlineData(true, "parallel.data=1 parallel.pipeline=2 parallel.virtualStages=2", "parallel.pipeline=1 parallel.virtualStages=1 parallel.zero=0")]
    [InlineData(false, "parallel.data=2 parallel.zero=3", "parallel.data=1 parallel.zero=1 parallel.pipeline=3 parallel.schedule=zero-bubble")]
    public void A_stopped_run_goes_on_in_another_layout(bool sameBits, string from, string to)
    {
        string[] settings = [.. from.Split(' '), "train.steps=100"];
        using var undisturbed = Undisturbed(settings);
        string folder = job.Run("stopped");
        using (var run = Start(folder, settings))
        {
            run.WaitForStep(5);
            ColossusRun.Signal(run.Id, ColossusRun.Terminate);
            Assert.Equal(130, run.WaitForExit());
        }

        using var resumed = ColossusRun.Start(["train", "--resume", folder, "--format", "json", .. Set(to.Split(' '))]);
        Assert.True(resumed.WaitForExit() == 0, resumed.Talk);
        if (sameBits)
        {
            Assert.Equal(Fingerprint(undisturbed), Fingerprint(resumed));
            Assert.Contains("the weights keep the bits", resumed.Talk, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(LastLoss(undisturbed), LastLoss(resumed), 0.02 * LastLoss(undisturbed));
            Assert.Contains("close, but not the same bits", resumed.Talk, StringComparison.Ordinal);
        }

        using var sample = ColossusRun.Start("sample", folder, "the", "--length", "5");
        Assert.True(sample.WaitForExit() == 0, sample.Talk);
    }

    [Fact]
    public void Random_jobs_train_and_pipelines_have_the_bits_of_one_stage()
    {
        for (int i = 0; i < Effort.Times(2, 40); i++)
        {
            int layers = random.Next(1, 6);
            int data = random.Next(1, 4);
            int pipeline = random.Next(2, Math.Min(layers + 2, 4) + 1);
            int virtualStages = random.Next(1, ((layers + 2) / pipeline) + 1);
            string[] schedules = virtualStages > 1 ? ["interleaved"] : ["gpipe", "1f1b", "interleaved", "zero-bubble"];
            string[] alone =
            [
                $"parallel.data={data}", $"parallel.zero={random.Next(4)}", $"model.layers={layers}", $"model.tiedHead={(random.Next(2) == 0 ? "true" : "false")}",
                $"train.precision={Any("fp32", "bf16", "autocast")}", $"parallel.recompute={Any("none", "selective", "full")}",
            ];
            string[] pipelined = [.. alone, $"parallel.pipeline={pipeline}", $"parallel.virtualStages={virtualStages}", $"parallel.schedule={Any(schedules)}"];
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join(' ', pipelined));
            Assert.Equal(Fingerprint(Undisturbed(alone)), Fingerprint(Undisturbed(pipelined)));
        }

        string Any(params string[] words) => words[random.Next(words.Length)];
    }

    public void Dispose() => job.Dispose();

    private ColossusRun Start(params string[] settings) => Start(job.Run($"run-{runs++}"), settings);

    private ColossusRun Start(string folder, string[] settings) =>
        ColossusRun.Start(["train", job.JobFile, "--run", folder, "--format", "json", .. Set(["train.steps=20", .. settings])]);

    private ColossusRun Undisturbed(params string[] settings)
    {
        var run = Start(settings);
        Assert.True(run.WaitForExit() == 0, $"{string.Join(' ', settings)}: {run.Talk}");
        return run;
    }

    private static IEnumerable<string> Set(string[] settings) => settings.SelectMany(setting => (string[])["--set", setting]);

    private static double LastLoss(ColossusRun run) => run.Events("finished").Single().GetProperty("loss").GetDouble();

    private static string Fingerprint(ColossusRun run) => run.Events("finished").Single().GetProperty("weightsSha256").GetString()!;
}
