using Colossus.Plan.Schedules;
using Colossus.Specs.Jobs;
using CsCheck;

namespace Colossus.Plan.Tests.Schedules;

public sealed class PipelineOrderTests
{
    private static readonly Gen<(PipelineSchedule Schedule, int Stages, int Virtual, int MicroBatches)> any =
        from schedule in Gen.Enum<PipelineSchedule>()
        from stages in Gen.Int[1, 8]
        from chunks in Gen.Int[1, 4]
        from microBatches in Gen.Int[1, 20]
        select (schedule, stages, schedule == PipelineSchedule.Interleaved ? chunks : 1, microBatches);

    [Fact]
    public void Every_stage_does_every_pass_of_every_micro_batch_once() => any.Sample(static one =>
    {
        for (int stage = 0; stage < one.Stages; stage++)
        {
            PipelineAction[] actions = PipelineOrder.OfStage(one.Schedule, stage, one.Stages, one.Virtual, one.MicroBatches);
            Assert.Equal(actions.Length, actions.Distinct().Count());
            foreach (PassKind kind in Enum.GetValues<PassKind>())
            {
                int expected = kind == PassKind.WeightGradient && one.Schedule != PipelineSchedule.ZeroBubble ? 0 : one.Virtual * one.MicroBatches;
                Assert.Equal(expected, actions.Count(action => action.Kind == kind));
            }

            Assert.All(actions, action => Assert.Equal(stage, action.Chunk % one.Stages));
        }
    });

    [Fact]
    public void A_backward_pass_never_stands_before_its_forward_pass() => any.Sample(static one =>
    {
        PipelineAction[] actions = PipelineOrder.OfStage(one.Schedule, one.Stages - 1, one.Stages, one.Virtual, one.MicroBatches);
        foreach (PipelineAction backward in actions.Where(static action => action.Kind == PassKind.Backward))
        {
            int forward = Array.IndexOf(actions, backward with { Kind = PassKind.Forward });
            Assert.InRange(forward, 0, Array.IndexOf(actions, backward) - 1);
        }
    });

    [Theory]
    [InlineData(PipelineSchedule.GPipe, 12)]
    [InlineData(PipelineSchedule.OneForwardOneBackward, 4)]
    [InlineData(PipelineSchedule.ZeroBubble, 4)]
    public void The_first_stage_holds_as_many_micro_batches_as_its_schedule_says(PipelineSchedule schedule, int most)
    {
        int held = 0;
        int highest = 0;
        foreach (PipelineAction action in PipelineOrder.OfStage(schedule, 0, 4, 1, 12))
        {
            held += action.Kind switch { PassKind.Forward => 1, PassKind.Backward => -1, _ => 0 };
            highest = Math.Max(highest, held);
        }

        Assert.Equal(most, highest);
    }
}
