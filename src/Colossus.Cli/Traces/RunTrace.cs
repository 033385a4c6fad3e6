using Colossus.Plan.Layouts;
using Colossus.Plan.Schedules;
using Colossus.Plan.Traces;
using Colossus.Runs;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Cli.Traces;

/// <summary>What the ranks of a session did, put together from the files that each of them wrote.</summary>
/// <param name="Rows">A name for each rank.</param>
/// <param name="Spans">What they did, epoch after epoch.</param>
/// <param name="Messages">Which send and which receive are one message.</param>
internal sealed record RunTrace(IReadOnlyList<string> Rows, IReadOnlyList<StepSpan> Spans, IReadOnlyList<(StepSpan Sent, StepSpan Received)> Messages)
{
    /// <summary>Reads the files of a session; the torn last line of a killed rank is left out.</summary>
    /// <param name="folder">A session's <see cref="RunFolder.TraceFolder"/>; one that is not there holds nothing.</param>
    /// <param name="job">The job.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static RunTrace Read(string folder, JobSpec job)
    {
        var grid = new RankGrid(Layout.From(job.Parallel, job.Train.MicroBatch, job.Train.GlobalBatch));
        List<StepSpan> spans = [];
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.jsonl") : [];
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            spans.AddRange(LineFile.ReadWhole(file).Select(StepSpan.FromJson).OfType<StepSpan>());
        }

        return new RunTrace([.. Enumerable.Range(0, grid.Layout.Ranks).Select(rank => NameOf(grid, rank))], spans, Match(spans, grid));
    }

    private static string NameOf(RankGrid grid, int rank)
    {
        var layout = grid.Layout;
        var (tensor, context, data, pipeline) = grid.CoordinatesOf(rank);
        string[] axes =
        [
            .. new[] { ("data", layout.Data, data), ("pipeline", layout.Pipeline, pipeline), ("tensor", layout.Tensor, tensor), ("context", layout.Context, context) }
                .Where(axis => axis.Item2 > 1)
                .Select(axis => $"{axis.Item1} {axis.Item3}"),
        ];
        return axes.Length == 0 ? $"rank {rank}" : $"rank {rank} ({string.Join(", ", axes)})";
    }

    // Messages between two chunks arrive in the order in which they were sent; what a killed rank did not come to is missing at the end.
    private static List<(StepSpan Sent, StepSpan Received)> Match(List<StepSpan> spans, RankGrid grid)
    {
        var received = spans.Where(span => span.Kind == SpanKind.Receive).OrderBy(span => span.End).ToLookup(span => Key(span, span.Chunk));
        return
        [
            .. spans.Where(span => span.Kind == SpanKind.Send).OrderBy(span => span.End)
                .GroupBy(span => Key(span, span.Pass == PassKind.Forward ? span.Chunk + 1 : span.Chunk - 1))
                .SelectMany(sent => sent.Zip(received[sent.Key])),
        ];

        object Key(StepSpan span, int? to) => (span.Epoch, span.Step, span.Pass, to, span.MicroBatch, grid.CoordinatesOf(span.Rank) with { Pipeline = 0 });
    }
}
