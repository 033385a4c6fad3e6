using System.Diagnostics;
using System.Runtime.CompilerServices;
using Colossus.Data.Shards;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Tests.Shards;

/// <summary>Kills a real process in the middle of building. The child is this test program, started with <see cref="Variable"/> set.</summary>
public sealed class KilledBuilderTests
{
    private const string Variable = "COLOSSUS_TEST_BUILD_IN";
    private static readonly DataSpec data = new(["a.jsonl"], Cache: "cache");

    [Fact]
    public async Task A_killed_builder_leaves_nothing_that_is_taken_for_whole()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{{\"text\":\"Text {i} of many\"}}\n")));
        using var child = Start(folder.Root);
        var building = Path.Combine(folder.Cache, ".building");
        try
        {
            var cancellation = TestContext.Current.CancellationToken;
            var line = await child.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(60), cancellation);
            Assert.Equal("in the middle", line);

            // While it lives another corpus may be built, and its folder stays.
            folder.Write("b.txt", "Other text.");
            folder.Build(new DataSpec(["b.txt"]));
            Assert.Single(Directory.GetDirectories(building));
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }

        var remains = Assert.Single(Directory.GetDirectories(building));
        Assert.True(File.Exists(Path.Combine(remains, "documents.jsonl")));
        Assert.False(File.Exists(Path.Combine(remains, "corpus.json")));
        Assert.Throws<CorpusException>(() => TokenCorpus.Open(remains));

        // Now anyone clears it away, and the same corpus can be built.
        folder.Write("c.txt", "Third text.");
        folder.Build(new DataSpec(["c.txt"]));
        Assert.Empty(Directory.GetDirectories(building));
        var info = folder.Build(data);
        Assert.False(info.Reused);
        Assert.Equal(200_000, info.Documents);
    }

    private static Process Start(string root)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(KilledBuilderTests).Assembly.Location);
        }

        start.Environment[Variable] = root;
        return Process.Start(start)!;
    }

    // Runs before the test program's own entry point, which is generated and cannot be changed.
    [ModuleInitializer]
    internal static void BuildAndHang()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } root)
        {
            return;
        }

        CorpusBuilder.Build(data, root, new HangInTheMiddle());
        Environment.Exit(1);
    }

    private sealed class HangInTheMiddle : IProgress<CorpusProgress>
    {
        public void Report(CorpusProgress value)
        {
            if (value.Documents > 0)
            {
                Console.Out.WriteLine("in the middle");
                Console.Out.Flush();
                Thread.Sleep(Timeout.Infinite);
            }
        }
    }
}
