using Colossus.Plan.Schedules;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Twin.Pricing;
using CsCheck;

namespace Colossus.Twin.Tests;

public sealed class TimelineTests
{
    [Theory]
    [InlineData(4, 16)]
    [InlineData(8, 8)]
    [InlineData(8, 64)]
    [InlineData(16, 300)]
    public void Bubble_of_1F1B_and_GPipe_is_p_minus_1_over_m(int stages, int microBatches)
    {
        foreach (PipelineSchedule schedule in new[] { PipelineSchedule.OneForwardOneBackward, PipelineSchedule.GPipe })
        {
            Assert.Equal((stages - 1.0) / microBatches, BubbleShare(schedule, stages, 1, microBatches), 9);
        }
    }

    [Theory]
    [InlineData(4, 2, 16)]
    [InlineData(4, 4, 8)]
    [InlineData(8, 3, 64)]
    [InlineData(8, 12, 128)]
    public void Bubble_of_the_interleaved_schedule_is_smaller_by_the_number_of_chunks(int stages, int virtualStages, int microBatches) =>
        Assert.Equal((stages - 1.0) / (virtualStages * microBatches), BubbleShare(PipelineSchedule.Interleaved, stages, virtualStages, microBatches), 9);

    [Theory]
    [InlineData(4, 16)]
    [InlineData(8, 32)]
    public void Bubble_of_zero_bubble_is_that_of_ZB_H1(int stages, int microBatches)
    {
        // arXiv 2401.10241: (p - 1)(F + B - W), with a backward pass of inputs and weights of equal length: F = B = W = 1 of 3.
        double share = BubbleShare(PipelineSchedule.ZeroBubble, stages, 1, microBatches);
        Assert.Equal((stages - 1.0) / 3 / microBatches, share, 6);
    }

    [Fact]
    public void Leaving_out_steady_rounds_changes_nothing()
    {
        var price = Price(stages: 4);
        foreach (int microBatches in new[] { 40, 63, 101 })
        {
            Layout layout = Of(PipelineSchedule.OneForwardOneBackward, 4, 1, microBatches);
            double whole = Timeline.Spans(32, layout, price).Max(static span => span.End);
            Assert.Equal(1, Timeline.Seconds(32, layout, price) / whole, 9);
        }
    }

    [Fact]
    public void No_stage_does_two_things_at_once_and_none_starts_before_its_input() =>
        Gen.Select(Gen.Enum<PipelineSchedule>(), Gen.Int[2, 6], Gen.Int[1, 3], Gen.Int[1, 14]).Sample(static (schedule, stages, chunks, microBatches) =>
        {
            Layout layout = Of(schedule, stages, schedule == PipelineSchedule.Interleaved ? chunks : 1, microBatches);
            IReadOnlyList<TimelineSpan> spans = Timeline.Spans(24, layout, Price(stages));
            double EndOf(PassKind kind, int chunk, int microBatch) =>
                spans.Single(span => span.Action.Kind == kind && span.Action.Chunk == chunk && span.Action.MicroBatch == microBatch).End;
            foreach (TimelineSpan span in spans)
            {
                (PassKind kind, int chunk, int microBatch) = span.Action;
                double ready = kind switch
                {
                    PassKind.Forward => chunk == 0 ? 0 : EndOf(PassKind.Forward, chunk - 1, microBatch),
                    PassKind.Backward => chunk == layout.Chunks - 1 ? EndOf(PassKind.Forward, chunk, microBatch) : EndOf(PassKind.Backward, chunk + 1, microBatch),
                    _ => EndOf(PassKind.Backward, chunk, microBatch),
                };
                Assert.True(span.Start >= ready - 1e-12);
            }

            foreach (IGrouping<int, TimelineSpan> stage in spans.GroupBy(static span => span.Stage))
            {
                double free = 0;
                foreach (TimelineSpan span in stage)
                {
                    Assert.True(span.Start >= free - 1e-12);
                    free = span.End;
                }
            }
        });

    [Fact]
    public void No_schedule_waits_for_itself()
    {
        for (int stages = 2; stages <= 8; stages++)
        {
            for (int chunks = 1; chunks <= 4; chunks++)
            {
                for (int microBatches = 1; microBatches <= 20; microBatches++)
                {
                    foreach (PipelineSchedule schedule in Enum.GetValues<PipelineSchedule>())
                    {
                        Layout layout = Of(schedule, stages, schedule == PipelineSchedule.Interleaved ? chunks : 1, microBatches);
                        Assert.True(Timeline.Seconds(32, layout, Price(stages)) > 0);
                    }
                }
            }
        }
    }

    private static double BubbleShare(PipelineSchedule schedule, int stages, int virtualStages, int microBatches)
    {
        StepPrice price = Price(stages);
        Layout layout = Of(schedule, stages, virtualStages, microBatches);
        int layers = stages * virtualStages;
        double ideal = microBatches * virtualStages * (price.LayerForward + price.LayerBackward);
        return (Timeline.Seconds(layers, layout, price) / ideal) - 1;
    }

    private static StepPrice Price(int stages) => stages < 2
        ? throw new ArgumentOutOfRangeException(nameof(stages))
        : new StepPrice { LayerForward = 1, LayerBackward = 2, WeightGradientShare = 0.5 };

    private static Layout Of(PipelineSchedule schedule, int stages, int virtualStages, int microBatches) =>
        new(1, 1, stages, virtualStages, 1, 1, 1, false, 1, microBatches, Recompute.None, schedule);
}
