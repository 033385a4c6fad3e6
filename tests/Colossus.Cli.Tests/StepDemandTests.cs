using Colossus.Cli.Train;
using Colossus.Plan.Programs;
using Colossus.Plan.Ranks;
using Colossus.Runs.Events;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Cli.Tests;

public sealed class StepDemandTests
{
    private static readonly JobSpec job = new(
        "probe",
        FakeTraining.Model,
        new DataSpec(["dotnet-docs"]),
        new TrainSpec(2, 8, 4, Precision.Fp32, ProductFormat.Fp32, new OptimizerSpec()),
        new ParallelSpec(Data: 2, Zero: 0),
        new CheckpointSpec(),
        new ResilienceSpec(TimeSpan.FromSeconds(0.5)));

    [Fact]
    public void The_event_holds_all_that_the_largest_rank_holds()
    {
        StepCost cost = StepDemand.Of(job);
        Assert.Equal(cost.Largest.TotalBytes, StepDemand.Event(cost).HeldBytes);
        Assert.Equal(cost.SharedBytes, StepDemand.Event(cost).SharedBytes);
    }

    [Fact]
    public void The_event_tells_all_that_a_rank_sends_whatever_its_axis()
    {
        JobSpec mixture = job with
        {
            Model = FakeTraining.Model with { Experts = new ExpertsSpec(4, 2, 0, 64) },
            Parallel = new ParallelSpec(Data: 2, Tensor: 2, Context: 2, Expert: 4, Pipeline: 2, Zero: 2),
        };
        PlannedEvent told = StepDemand.Event(StepDemand.Of(mixture));
        long[] axes = [told.DataBytesSent, told.TensorBytesSent, told.ContextBytesSent, told.ExpertBytesSent, told.PipelineBytesSent];
        Assert.All(axes, bytes => Assert.True(bytes > 0));

        // Each figure is of the rank with most: together they are no less than any rank sends.
        var programs = new RankPrograms(mixture.Model, Layout.From(mixture.Parallel, mixture.Train.MicroBatch, mixture.Train.GlobalBatch), NumberFormats.Of(mixture.Train));
        Assert.InRange(axes.Sum(), Enumerable.Range(0, mixture.Parallel.Ranks).Max(rank => StepTraffic.Of(programs.Of(rank)).Sum(entry => entry.BytesSent)), long.MaxValue);
    }

    [Fact]
    public void Room_for_two_generations_of_ranks_is_needed_to_replace_one_and_for_one_to_train()
    {
        long most = long.MaxValue, least = 0;

        // The least room that is not refused.
        while (most - least > 1)
        {
            long free = least + ((most - least) / 2);
            (least, most) = Refusal(free) is null ? (least, free) : (free, most);
        }

        Assert.InRange(most, StepDemand.Of(job).SharedBytes, StepDemand.Of(job).SharedBytes + (5 << 20));
        Assert.Contains("a lost rank is replaced only with", Warning(most), StringComparison.Ordinal);
        Assert.Contains("a lost rank is replaced only with", Warning((2 * most) - 1), StringComparison.Ordinal);
        Assert.Null(Warning(2 * most));
        Assert.Null(Warning(null));
    }

    [Fact]
    public void A_refusal_says_what_is_needed_what_there_is_and_what_helps()
    {
        CliException refusal = Refusal(1000)!;
        Assert.Equal(ExitCode.EnvironmentLacks, refusal.ExitCode);
        Assert.Contains("/shm has 1000 B free", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("mount -o remount,size=1g /shm", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("parallel.zero: 1", refusal.Message, StringComparison.Ordinal);
    }

    private static CliException? Refusal(long free) => (CliException?)Record.Exception(() => StepDemand.RequireRoom(job, "/shm", free, _ => { }));

    private static string? Warning(long? free)
    {
        string? said = null;
        StepDemand.RequireRoom(job, "/shm", free, text => said = text);
        return said;
    }
}
