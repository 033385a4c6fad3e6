using Colossus.Cli.Machine;
using Colossus.Cli.Workers;

namespace Colossus.Cli.Tests;

public sealed class MachineTests
{
    private const string Answer = """{"libtorch":"2.10.0","folder":"/lib/torch","bridge":"/lib/libLibTorchSharp.so","patched":true,"threads":2,"fp32":1.3e11,"bf16":3.9e11}""";

    [Fact]
    public void A_machine_is_read_from_what_linux_says_of_it()
    {
        var facts = MachineFacts.From(
            ["processor\t: 0", "model name\t: AMD EPYC 9R14", "flags\t\t: fpu avx2 avx512f avx512_bf16", "", "processor\t: 1", "model name\t: other"],
            ["MemTotal:       24640000 kB", "MemFree: 1 kB", "MemAvailable:   12320000 kB"],
            2,
            (100, 50));
        Assert.Equal(("AMD EPYC 9R14", 2, 24_640_000L * 1024, 12_320_000L * 1024), (facts.Processor, facts.Cores, facts.MemoryBytes, facts.FreeMemoryBytes));
        Assert.Equal(["avx2", "avx512f", "avx512_bf16"], facts.Features);
    }

    [Fact]
    public void A_machine_that_says_nothing_is_no_reason_to_fail()
    {
        var facts = MachineFacts.From([], ["MemTotal: much"], 1, (0, 0));
        Assert.Equal("unknown processor", facts.Processor);
        Assert.Equal(0, facts.MemoryBytes);
    }

    [Fact]
    public async Task The_peak_is_measured_once_and_again_when_the_worker_changes()
    {
        using var test = new TestHost();
        var counter = Path.Combine(test.Folder, "count");
        var script = $"echo x >> {counter}; echo warming up >&2; echo '{Answer}'\n";
        test.Worker(script);
        var first = await Peak(test);
        var second = await Peak(test);
        Assert.Equal(3.9e11, first.Peak);
        Assert.Equal(first, second);
        Assert.Single(File.ReadLines(counter));

        test.Worker(script + "\n# changed\n");
        await Peak(test);
        Assert.Equal(2, File.ReadLines(counter).Count());
    }

    [Fact]
    public async Task A_busy_machine_does_not_lower_the_peak_that_was_seen_before()
    {
        using var test = new TestHost();
        // The answer lies beside the program, so that the program stays the same.
        var answer = test.Write("answer", Answer);
        test.Worker($"cat {answer}\n");
        await Peak(test);
        File.WriteAllText(answer, Answer.Replace("3.9e11", "1e10", StringComparison.Ordinal).Replace("1.3e11", "2e11", StringComparison.Ordinal));
        var again = await Peak(test, again: true);
        Assert.Equal((2e11, 3.9e11), (again.Fp32, again.Bf16));
    }

    [Fact]
    public async Task A_spoilt_cache_is_measured_anew()
    {
        using var test = new TestHost();
        test.Worker($"echo '{Answer}'\n");
        test.Write("cache/colossus/machine.json", "{\"processor\":");
        Assert.Equal(3.9e11, (await Peak(test)).Peak);
    }

    [Theory]
    [InlineData("echo 'version GLIBCXX_3.4.32 not found' >&2; exit 1", "libtorch cannot be used here: version GLIBCXX_3.4.32 not found")]
    [InlineData("exit 1", "it said nothing")]
    [InlineData("echo not json", "cannot be read")]
    public async Task A_worker_that_cannot_answer_is_a_lack_of_the_machine(string script, string expected)
    {
        using var test = new TestHost();
        test.Worker(script + "\n");
        var error = await Assert.ThrowsAsync<CliException>(() => Peak(test));
        Assert.Equal(ExitCode.EnvironmentLacks, error.ExitCode);
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public async Task Doctor_shows_what_is_there_and_ends_with_3_when_something_needed_is_not()
    {
        using var test = new TestHost();
        test.Worker($"echo '{Answer}'\n");
        Assert.Equal(0, await test.Run("doctor"));
        Assert.Contains("2.10.0 at /lib/torch", test.Out);
        Assert.Contains("bf16 390 GFLOP/s on 2 threads", test.Out);
        Assert.Contains("This machine can train.", test.Out);

        using var without = new TestHost();
        without["COLOSSUS_WORKER"] = "nowhere.dll";
        Assert.Equal(ExitCode.EnvironmentLacks, await without.Run("doctor"));
        Assert.Contains("MISSING  libtorch", without.Out);
        Assert.Contains("nowhere.dll, which does not exist", without.Out.Replace("\n", ""));
    }

    [Fact]
    public async Task Doctor_names_the_folder_of_caches_and_why_it_is_not_the_usual_one()
    {
        using var test = new TestHost();
        test.Worker($"echo '{Answer}'\n");
        test["XDG_CACHE_HOME"] = "/proc";
        test["TMPDIR"] = test.Folder;
        Assert.Equal(0, await test.Run("doctor", "--format", "json"));
        using var json = System.Text.Json.JsonDocument.Parse(test.Out);
        var shards = json.RootElement.EnumerateArray().Single(check => check.GetProperty("name").GetString() == "disk of token shards");
        Assert.Contains($"free at {test.Folder}/colossus-", shards.GetProperty("found").GetString());
        Assert.Contains("/proc/colossus (XDG_CACHE_HOME) cannot be made", shards.GetProperty("found").GetString());
        Assert.Equal("", test.Error);

        using var without = new TestHost();
        without.Worker($"echo '{Answer}'\n");
        without["XDG_CACHE_HOME"] = "/proc";
        without["TMPDIR"] = without.Write("file", "");
        Assert.Equal(ExitCode.EnvironmentLacks, await without.Run("doctor"));
        Assert.Contains("MISSING  disk of token shards", without.Out);
        Assert.Contains("warning: the measured speed cannot be kept", without.Error);
    }

    [Fact]
    public async Task Doctor_in_json_has_stable_names()
    {
        using var test = new TestHost();
        test.Worker($"echo '{Answer}'\n");
        Assert.Equal(0, await test.Run("doctor", "--format", "json"));
        using var json = System.Text.Json.JsonDocument.Parse(test.Out);
        Assert.Contains(json.RootElement.EnumerateArray(), check => check.GetProperty("name").GetString() == "libtorch" && check.GetProperty("state").GetString() == "ok");
    }

    private static Task<WorkerProbe> Peak(TestHost test, bool again = false) =>
        PeakCache.GetAsync(test.Host, MachineFacts.From([], [], 2, (0, 0)), WorkerCommand.Find(test.Host), again, TestContext.Current.CancellationToken);

    [Fact]
    public void This_machine_is_a_site_of_its_cores_or_of_as_many_ranks_as_share_them()
    {
        var facts = MachineFacts.From(["model name : Xeon"], ["MemTotal: 16777216 kB"], 8, (0, 0));
        var probe = new WorkerProbe(null, null, null, false, 8, Fp32: 800e9, Bf16: 400e9, MemoryBandwidth: 80e9);
        var core = MeasuredSite.Of(facts, probe).Pools.Single();
        Assert.Equal((8, 100e9, 100e9, 10e9), (core.Gpus, core.Accelerator.PeakFp32, core.Accelerator.PeakBf16, core.Accelerator.MemoryBandwidth));
        var shared = MeasuredSite.Of(facts, probe, ranks: 2);
        Assert.Equal((2, 400e9), (shared.Gpus, shared.Pools[0].Accelerator.PeakFp32));
        Assert.Equal(16L << 30, shared.MemoryBytes);
        Assert.Equal(8, MeasuredSite.Of(facts, probe, ranks: 9).Gpus);
    }
}
