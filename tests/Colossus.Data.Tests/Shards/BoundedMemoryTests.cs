using System.Diagnostics;
using System.Runtime.CompilerServices;
using Colossus.Data.Shards;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Tests.Shards;

/// <summary>
/// Builds a corpus in a process whose managed heap the runtime limits: with more than the stated bound it ends with OutOfMemoryException, on any machine. The child is
/// this test program, started with <see cref="Variable"/> set.
/// </summary>
public sealed class BoundedMemoryTests
{
    private const string Variable = "COLOSSUS_TEST_READ_IN";
    private const int Giant = 48 << 20;

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.json")]
    [InlineData("a.txt")]
    public async Task A_giant_text_among_many_files_takes_a_small_multiple_of_its_size(string name)
    {
        using var folder = new TempFolder();
        for (var i = 0; i < 300; i++)
        {
            folder.Write($"small/{i}.txt", new string('s', 200_000));
        }

        await using (var giant = new StreamWriter(Path.Combine(folder.Root, name)))
        {
            await giant.WriteAsync(name == "a.txt" ? "" : "{\"text\":\"");
            for (var i = 0; i < Giant >> 10; i++)
            {
                await giant.WriteAsync(new string((char)('a' + (i % 26)), 1024));
            }

            await giant.WriteAsync(name == "a.txt" ? "" : "\"}");
        }

        // The window that grows to 64 MiB from one of 32 MiB, and what a runtime with a tokenizer and its batches takes.
        using var child = Start(folder.Root, 160 << 20);
        var cancellation = TestContext.Current.CancellationToken;
        var said = await child.StandardOutput.ReadToEndAsync(cancellation).WaitAsync(TimeSpan.FromSeconds(120), cancellation);
        await child.WaitForExitAsync(cancellation).WaitAsync(TimeSpan.FromSeconds(30), cancellation);
        Assert.Equal("built", said.Trim());
    }

    private static Process Start(string root, int heap)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(BoundedMemoryTests).Assembly.Location);
        }

        start.Environment[Variable] = root;
        start.Environment["DOTNET_GCHeapHardLimit"] = heap.ToString("x");
        return Process.Start(start)!;
    }

    // Runs before the test program's own entry point, which is generated and cannot be changed.
    [ModuleInitializer]
    internal static void Build()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } root)
        {
            return;
        }

        try
        {
            CorpusBuilder.Build(new DataSpec(["small/*.txt", "a.*"], Holdout: 0.01, Cache: "cache"), root);
            Console.Out.WriteLine("built");
        }
        catch (Exception error)
        {
            Console.Out.WriteLine(error.Message);
        }

        Console.Out.Flush();
        Environment.Exit(0);
    }
}
