using Colossus.Plan.Parameters;
using Colossus.Plan.Ranks;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using CsCheck;

namespace Colossus.Plan.Tests.Ranks;

public sealed class RankBucketsTests
{
    private static readonly ModelSpec tied = new(4, 64, 4, 4, 16, 128, Activation.SwiGlu, 256, 32, TiedHead: true);

    [Fact]
    public void The_stages_have_every_bucket_once_each_behind_the_one_before() => AnyStep.Of(mostData: 1).Sample(static step =>
    {
        ParameterTable table = ParameterTable.For(step.Model);
        var all = new List<int>();
        for (int stage = 0; stage < step.Layout.Pipeline; stage++)
        {
            RankBuckets buckets = RankBuckets.For(step.Model, table, step.Layout, stage);
            all.AddRange(buckets.Indices);
            long end = 0;
            foreach (int bucket in buckets.Indices)
            {
                Assert.Equal(end, buckets.GradientOffset(bucket));
                end += table.Buckets[bucket].Range.Count;
            }

            Assert.Equal(end, buckets.GradientCount);
        }

        Assert.Equal(Enumerable.Range(0, table.Buckets.Count), all.Order());
    });

    [Fact]
    public void On_one_stage_a_tied_head_reads_the_weights_of_the_embedding_and_has_a_gradient_of_its_own()
    {
        ParameterTable table = ParameterTable.For(tied);
        RankBuckets buckets = RankBuckets.For(tied, table, Stages(1), 0);
        int head = table.Buckets.Count - 1;
        Assert.True(buckets.IsAlias(head));
        Assert.Null(buckets.TiedStage);
        Assert.Equal(buckets.WeightOffset(0), buckets.WeightOffset(head));
        Assert.NotEqual(buckets.GradientOffset(0), buckets.GradientOffset(head));
        Assert.Equal(buckets.GradientCount - table.Buckets[head].Range.Count, buckets.WeightCount);
    }

    [Fact]
    public void On_two_stages_a_tied_head_has_weights_of_its_own_and_each_knows_the_other()
    {
        ParameterTable table = ParameterTable.For(tied);
        RankBuckets[] stages = [.. Enumerable.Range(0, 3).Select(stage => RankBuckets.For(tied, table, Stages(3), stage))];
        int head = table.Buckets.Count - 1;
        Assert.False(stages[2].IsAlias(head));
        Assert.Equal([2, null, 0], stages.Select(stage => stage.TiedStage));
        Assert.Equal(stages[2].GradientCount, stages[2].WeightCount);
        Assert.Equal(stages[2].GradientOffset(head), stages[2].WeightOffset(head));
    }

    private static Layout Stages(int pipeline) => new(1, 1, pipeline, 1, 1, 1, 1, false, 1, 4, Recompute.None, PipelineSchedule.OneForwardOneBackward);
}
