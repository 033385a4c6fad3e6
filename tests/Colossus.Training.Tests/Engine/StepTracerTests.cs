using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Ranks;
using Colossus.Plan.Traces;
using Colossus.Specs.Layouts;

namespace Colossus.Training.Tests.Engine;

/// <summary>A trace shows what the plan says, and nothing else.</summary>
public sealed class StepTracerTests
{
    private const int Steps = 3;

    [Theory]
    [InlineData("parallel.pipeline=2", "parallel.schedule=zero-bubble")]
    [InlineData("parallel.pipeline=2", "parallel.data=2", "parallel.schedule=interleaved", "parallel.virtualStages=2", "model.layers=4")]
    [InlineData("parallel.data=2", "parallel.zero=0")]
    [InlineData("parallel.data=2", "parallel.zero=3")]
    public void Each_step_has_the_passes_messages_and_collectives_of_the_plan(params string[] settings)
    {
        var run = SmallRun.Train([.. settings, $"train.steps={Steps}", "train.evaluateEvery=0", "checkpoint.every=0", "train.microBatch=2"]);
        var layout = Layout.From(run.Job!.Parallel, run.Job.Train.MicroBatch, run.Job.Train.GlobalBatch);
        for (int rank = 0; rank < layout.Ranks; rank++)
        {
            var program = RankProgram.For(run.Job.Model, layout, NumberFormats.Of(run.Job.Train), rank);
            int gathers = program.Actions.Sum(action => program.PassOf(action.Pass).Operations.OfType<GatherWeights>().Count());
            for (int step = 1; step <= Steps; step++)
            {
                List<StepSpan> spans = [.. run.Spans.Where(span => span.Rank == rank && span.Step == step).OrderBy(span => span.Start)];
                Assert.Equal(
                    program.Actions.Select(action => (SpanKinds.Of(action.Pass.Kind), (int?)action.Pass.Chunk, (int?)action.Pass.MicroBatch)),
                    spans.Where(span => span.Kind is SpanKind.Forward or SpanKind.Backward or SpanKind.WeightGradient).Select(span => (span.Kind, span.Chunk, span.MicroBatch)));
                Assert.Equal(program.Actions.Count(action => program.ReceiverOf(action.Pass) is not null), spans.Count(span => span is { Kind: SpanKind.Send, Pass: not null } && span.End <= Whole(spans).End));
                Assert.Equal(gathers, spans.Count(span => span.Kind == SpanKind.GatherWeights && span.End <= Whole(spans).End));
                Assert.Equal(
                    program.Buckets.Indices.Count * (layout.Zero < 2 ? 1 : layout.MicroBatches), spans.Count(span => span.Kind == SpanKind.ReduceGradients));
                Assert.Single(spans, span => span.Kind == SpanKind.Optimizer);
            }
        }
    }

    [Fact]
    public void Spans_follow_or_enclose_one_another()
    {
        var run = SmallRun.Train("parallel.pipeline=2", "parallel.data=2", $"train.steps={Steps}", "train.evaluateEvery=2", "checkpoint.every=1", "train.microBatch=2");
        Assert.Contains(run.Spans, span => span.Kind == SpanKind.EvaluationPass);
        Assert.Contains(run.Spans, span => span.Kind == SpanKind.CheckpointWrite);
        foreach (var rank in run.Spans.Where(span => !SpanKinds.IsConcurrent(span.Kind)).GroupBy(span => span.Rank))
        {
            var open = new Stack<StepSpan>();
            foreach (StepSpan span in rank.OrderBy(span => span.Start).ThenByDescending(span => span.End))
            {
                while (open.Count > 0 && open.Peek().End <= span.Start)
                {
                    open.Pop();
                }

                Assert.True(open.Count == 0 || span.End <= open.Peek().End, $"{span} crosses the end of {(open.Count > 0 ? open.Peek() : null)}");
                open.Push(span);
            }
        }
    }

    private static StepSpan Whole(List<StepSpan> spans) => Assert.Single(spans, span => span.Kind == SpanKind.Step);
}
