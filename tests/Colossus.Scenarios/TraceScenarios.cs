using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;

namespace Colossus.Scenarios;

/// <summary>What <c>train --trace</c> writes of a real run.</summary>
[Collection("machine")] // they share the cores of a small machine: one after another
public sealed class TraceScenarios : IDisposable
{
    private const int MicroBatches = 6;

    private readonly TinyJob job = new();

    [Fact]
    public void A_trace_shows_the_steps_of_each_rank_before_and_after_a_fault()
    {
        string file = Path.Combine(job.Folder, "traces", "run.json.gz");
        var watch = Stopwatch.StartNew();
        using var run = ColossusRun.Start(
            "train", job.JobFile, "--run", job.Run("traced"), "--format", "json", "--trace", file, "--set", "parallel.data=1", "--set", "parallel.pipeline=2");
        run.WaitForStep(5);
        ColossusRun.Signal(run.Workers()[1], ColossusRun.Kill);
        Assert.Equal(0, run.WaitForExit());
        Assert.Contains("run.json.gz", run.Talk);

        List<Span> spans = Read(file, out var rows);
        Assert.Equal(["rank 0 (pipeline 0)", "rank 1 (pipeline 1)"], rows);
        Assert.All(spans, span => Assert.InRange(span.End, span.Start, (decimal)watch.Elapsed.TotalMicroseconds));
        foreach (var row in spans.GroupBy(span => span.Row))
        {
            Assert.Equal([0, 1], row.Select(span => span.Epoch).Distinct().Order());
            RequireNesting(row);
            foreach (var epoch in row.GroupBy(span => span.Epoch))
            {
                // A fault cuts the last step of its epoch short.
                var whole = epoch.Where(span => span.Name == "step").Select(span => span.Step).Order().ToList();
                foreach (long step in epoch.Key == 0 ? whole.SkipLast(1) : whole)
                {
                    Assert.All((string[])["forward", "backward"], pass => Assert.Equal(
                        Enumerable.Range(0, MicroBatches),
                        epoch.Where(span => span.Step == step && span.Name == pass).Select(span => span.MicroBatch).Order()));
                    Assert.Single(epoch, span => span.Step == step && span.Name == "optimizer");
                }
            }
        }
    }

    [Fact]
    public void A_stopped_run_leaves_its_trace_too()
    {
        string file = Path.Combine(job.Folder, "run.json");
        using var run = ColossusRun.Start("train", job.JobFile, "--run", job.Run("stopped"), "--format", "json", "--trace", file);
        run.WaitForStep(2);
        ColossusRun.Signal(run.Id, ColossusRun.Interrupt);
        Assert.Equal(130, run.WaitForExit());
        Assert.Contains(Read(file, out _), span => span is { Name: "step", Step: 2 });
    }

    [Fact]
    public void A_trace_that_cannot_be_written_is_refused_before_anything_starts()
    {
        using var run = ColossusRun.Start("train", job.JobFile, "--run", job.Run("none"), "--trace", job.Folder);
        Assert.Equal(2, run.WaitForExit());
        Assert.Contains("cannot be written", run.Talk);
        Assert.False(Directory.Exists(job.Run("none")));
    }

    public void Dispose() => job.Dispose();

    private static void RequireNesting(IEnumerable<Span> row)
    {
        var open = new Stack<Span>();
        foreach (var span in row.OrderBy(span => span.Start).ThenByDescending(span => span.End))
        {
            while (open.Count > 0 && open.Peek().End <= span.Start)
            {
                open.Pop();
            }

            Assert.True(open.Count == 0 || span.End <= open.Peek().End, $"{span} overlaps {(open.Count > 0 ? open.Peek() : null)}");
            open.Push(span);
        }
    }

    private static List<Span> Read(string path, out List<string> rows)
    {
        using var file = File.OpenRead(path);
        using Stream plain = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        var events = JsonDocument.Parse(plain).RootElement.GetProperty("traceEvents").EnumerateArray().ToList();
        rows = [.. events.Where(e => Text(e, "name") == "process_name").Select(e => e.GetProperty("args").GetProperty("name").GetString()!)];
        return [.. events.Where(e => Text(e, "ph") == "X").Select(e => new Span(e))];
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private sealed record Span(int Row, string Name, long Epoch, long Step, int MicroBatch, decimal Start, decimal End)
    {
        public Span(JsonElement e) : this(
            e.GetProperty("pid").GetInt32(),
            Text(e, "name"),
            e.GetProperty("args").GetProperty("epoch").GetInt64(),
            e.GetProperty("args").GetProperty("step").GetInt64(),
            e.GetProperty("args").TryGetProperty("microBatch", out var microBatch) ? microBatch.GetInt32() : -1,
            e.GetProperty("ts").GetDecimal(),
            e.GetProperty("ts").GetDecimal() + e.GetProperty("dur").GetDecimal())
        {
        }
    }
}
