using System.IO.Compression;
using System.Text.Json;
using Colossus.Cli.Traces;
using Colossus.Plan.Schedules;
using Colossus.Plan.Traces;
using Colossus.Runs;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Tests;

/// <summary>From the files of the ranks to the one that a viewer opens.</summary>
public sealed class TraceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("colossus-trace-").FullName;

    private static readonly JobSpec job = new(
        "probe", FakeTraining.Model, new DataSpec(["text.md"]), new TrainSpec(20, 8, 4, Precision.Bf16, ProductFormat.Auto, new OptimizerSpec()),
        new ParallelSpec(Data: 2, Pipeline: 2), new CheckpointSpec(), new ResilienceSpec(TimeSpan.FromSeconds(0.5)));

    [Fact]
    public void Rows_are_named_by_the_coordinates_of_their_ranks()
    {
        Assert.Equal(
            ["rank 0 (data 0, pipeline 0)", "rank 1 (data 1, pipeline 0)", "rank 2 (data 0, pipeline 1)", "rank 3 (data 1, pipeline 1)"],
            RunTrace.Read(folder, job).Rows);
        Assert.Equal(["rank 0"], RunTrace.Read(folder, job with { Parallel = new ParallelSpec() }).Rows);
    }

    [Fact]
    public void A_torn_last_line_and_a_line_that_is_no_span_are_left_out()
    {
        var span = new StepSpan(SpanKind.Forward, 1, 0, 3, 100, 200, Chunk: 0, MicroBatch: 5);
        File.WriteAllText(RunFolder.TraceFile(folder, 1, 0), $$"""
            {{span.ToJson()}}
            not a span
            {"kind":"forward","rank":1,"epoch":0,"step":3,"start":300,"end":200}
            {"kind":"forward","rank":1,"epo
            """.ReplaceLineEndings("\n"));
        Assert.Equal([span], RunTrace.Read(folder, job).Spans);
    }

    [Fact]
    public void Messages_join_what_was_sent_to_what_was_received_and_never_another_replica_or_epoch()
    {
        StepSpan Send(int rank, long epoch, int chunk, int microBatch, long at, PassKind pass = PassKind.Forward) =>
            new(SpanKind.Send, rank, epoch, 1, at, at + 1, chunk, microBatch, Pass: pass);
        StepSpan Receive(int rank, long epoch, int chunk, int microBatch, long at, PassKind pass = PassKind.Forward) =>
            new(SpanKind.Receive, rank, epoch, 1, at, at + 1, chunk, microBatch, Pass: pass);
        StepSpan[] spans =
        [
            Send(0, 0, 0, 0, 10), Receive(2, 0, 1, 0, 20),
            Send(1, 0, 0, 0, 11), Receive(3, 0, 1, 0, 21),
            Send(2, 0, 1, 0, 30, PassKind.Backward), Receive(0, 0, 0, 0, 40, PassKind.Backward),
            Send(0, 0, 0, 1, 50),
            Send(0, 1, 0, 1, 60), Receive(2, 1, 1, 1, 70),

            // An evaluation behind the step sends the same micro-batch again.
            Send(0, 0, 0, 0, 80), Receive(2, 0, 1, 0, 90),
        ];
        Save(spans);
        Assert.Equal(
            [(0, 2, 10, 20), (0, 2, 80, 90), (1, 3, 11, 21), (2, 0, 30, 40), (0, 2, 60, 70)],
            RunTrace.Read(folder, job).Messages.Select(message => (message.Sent.Rank, message.Received.Rank, message.Sent.Start, message.Received.Start)));
    }

    [Fact]
    public void Spans_stand_in_microseconds_from_the_first_and_whatever_goes_on_beside_is_asynchronous()
    {
        Save(
        [
            new StepSpan(SpanKind.Forward, 0, 0, 1, 5_001_500, 5_003_000, Chunk: 1, MicroBatch: 2),
            new StepSpan(SpanKind.Step, 0, 0, 1, 5_000_000, 5_009_000),
            new StepSpan(SpanKind.ReduceGradients, 0, 0, 1, 5_002_000, 5_004_007, Bucket: 3),
        ]);
        var events = Events("trace.json").Where(e => Text(e, "ph") != "M").ToList();
        Assert.Equal(
            [("X", "step", 0m), ("X", "forward", 1.5m), ("b", "reduce gradients", 2m), ("e", "reduce gradients", 4.007m)],
            events.Select(e => (Text(e, "ph"), Text(e, "name"), e.GetProperty("ts").GetDecimal())));
        Assert.Equal(1.5m, events[1].GetProperty("dur").GetDecimal());
        Assert.Equal("""{"epoch":0,"step":1,"chunk":1,"microBatch":2}""", events[1].GetProperty("args").GetRawText());
        Assert.Equal(events[2].GetProperty("id").GetInt32(), events[3].GetProperty("id").GetInt32());
    }

    [Fact]
    public void An_arrow_begins_in_the_span_that_sends_and_ends_in_the_one_that_receives()
    {
        Save(
        [
            new StepSpan(SpanKind.Send, 0, 0, 1, 1000, 2000, 0, 0, Pass: PassKind.Forward),
            new StepSpan(SpanKind.Receive, 2, 0, 1, 1000, 4000, 1, 0, Pass: PassKind.Forward),
        ]);
        var arrows = Events("trace.json").Where(e => Text(e, "ph") is "s" or "f").ToList();
        Assert.Equal([("s", 1, 0m), ("f", 3, 2.999m)], arrows.Select(e => (Text(e, "ph"), e.GetProperty("pid").GetInt32(), e.GetProperty("ts").GetDecimal())));
        Assert.Single(arrows.Select(e => e.GetProperty("id").GetInt32()).Distinct());
    }

    [Fact]
    public void A_name_that_ends_in_gz_gets_the_same_packed()
    {
        Save([new StepSpan(SpanKind.Optimizer, 0, 0, 1, 0, 10)]);
        Assert.Equal(Events("trace.json").Select(e => e.GetRawText()), Events("trace.json.gz").Select(e => e.GetRawText()));
        Assert.Equal([0x1f, 0x8b], File.ReadAllBytes(Path.Combine(folder, "trace.json.gz"))[..2]);
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(20, 0, true)]
    [InlineData(21, 0, false)]
    [InlineData(100, 0, true)]
    [InlineData(150, 0, false)]
    [InlineData(151, 150, true)]
    [InlineData(171, 150, false)]
    public void The_first_steps_of_an_epoch_are_traced_and_then_every_hundredth(long step, long restored, bool traced) =>
        Assert.Equal(traced, TracedSteps.Includes(step, restored));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Save(IReadOnlyList<StepSpan> spans)
    {
        foreach (var file in spans.GroupBy(span => (span.Rank, span.Epoch)))
        {
            using var lines = LineFile.Open(RunFolder.TraceFile(folder, file.Key.Rank, file.Key.Epoch));
            foreach (var span in file)
            {
                Assert.True(lines.Append(span.ToJson()));
            }
        }
    }

    private List<JsonElement> Events(string name)
    {
        var trace = RunTrace.Read(folder, job);
        string path = Path.Combine(folder, name);
        TraceFile.Write(path, trace.Rows, trace.Spans, trace.Messages);
        using var file = File.OpenRead(path);
        using Stream plain = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        return [.. JsonDocument.Parse(plain).RootElement.GetProperty("traceEvents").EnumerateArray()];
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
