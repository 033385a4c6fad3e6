using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Programs.Operations;
using Colossus.Plan.Ranks;
using Colossus.Plan.Tests.Ranks;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Testing;
using Colossus.Training.Tests.Backends;
using CsCheck;

namespace Colossus.Training.Tests.Steps;

/// <summary>The engine does what the plan says: what a step counted on every rank are the numbers of its rank program, exactly.</summary>
public sealed class AccountingTests
{
    /// <summary>Words, counters, exchanges and texts of a world beside regions and messages: pages for the header, each group, mailbox and region.</summary>
    private const long WorldOverhead = 96 << 10;

    private static readonly ModelSpec model = new(3, 48, 4, 2, 12, 80, Activation.SwiGlu, 61, 24);

    [Fact]
    public void A_step_without_arithmetic_computes_moves_and_holds_on_every_rank_what_the_plan_says() => AnyStep.Of(mostData: 4).Sample(
        static step => AssertAsPlanned(StepRun.Of(step.Model, step.Layout, step.Formats, computes: false)), iter: Effort.Times(60, 2000), threads: 1);

    [Fact]
    public void A_step_of_the_CPU_computes_moves_and_holds_on_every_rank_what_the_plan_says() => AnyStep.Of(mostData: 3).Sample(
        static step => AssertAsPlanned(StepRun.Of(step.Model, step.Layout, step.Formats)), iter: Effort.Times(10, 300), threads: 1);

    [Fact]
    public void A_step_of_documents_computes_what_their_tokens_see_and_holds_what_the_plan_says() => AnyStep.Of(mostData: 3).Sample(
        static step =>
        {
            StepRun run = StepRun.Of(step.Model, step.Layout, step.Formats, scope: AttentionScope.Document);
            AssertAsPlanned(run, program => FlopsOf(run, program));
            if (step.Layout.Recompute == Recompute.None && !run.HasCapacity && step.Model.KvHeads % step.Layout.Tensor == 0 && step.Model.Vocab % step.Layout.Tensor == 0)
            {
                // What a run tells as its model FLOPs. The first ranks are the first stage's.
                IEnumerable<int> readers = Enumerable.Range(0, step.Layout.Ranks / step.Layout.Pipeline).Where(rank => run.ProgramOf(rank).TensorPlace == 0);
                long visible = readers.Sum(rank => Enumerable.Range(0, step.Layout.MicroBatches).Sum(micro => run.Visible(run.ProgramOf(rank), micro)));
                double model = ModelFlops.OfDocuments(ModelShape.From(step.Model), step.Layout.GlobalBatch, visible / ((double)step.Layout.GlobalBatch * step.Model.Sequence));
                Assert.Equal(1, run.Counts.Sum(count => count.Flops) / model, 9);
            }
        },
        iter: Effort.Times(10, 300),
        threads: 1);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_collective_that_is_left_out_shows_in_the_traffic(int zero)
    {
        // All replicas leave out the same: nobody waits for it.
        StepRun run = StepRun.Of(model, Data(2, zero), default, computes: false, (_, backend, communicator) => (
            backend, new ForgetfulCommunicator(communicator, operation => operation is ReduceGradients { Bucket: 1 } or AwaitGradients { Bucket: 1 })));
        Assert.All(run.Counts, (count, rank) => Assert.NotEqual(StepTraffic.Of(run.ProgramOf(rank)), count.Traffic));
    }

    [Fact]
    public void A_micro_batch_that_runs_twice_shows_in_the_FLOPs()
    {
        StepRun run = StepRun.Of(model, Data(1, 1), default, computes: false, (_, backend, communicator) => (new StutteringBackend(backend), communicator));
        Assert.NotEqual(run.ProgramOf(0).Flops, run.Counts[0].Flops);
    }

    private static Layout Data(int data, int zero) => new(data, 1, 1, 1, 1, 1, zero, false, 1, 2 * data, Recompute.None, PipelineSchedule.OneForwardOneBackward);

    private static double FlopsOf(StepRun run, RankProgram program) => program.Actions.Sum(action => program.PassOf(action.Pass).Operations.Sum(operation => operation switch
    {
        CausalAttention attention => attention.Geometry.FlopsOf(run.Visible(program, action.Pass.MicroBatch)),
        CausalAttentionGradient gradient => 2 * gradient.Forward.Geometry.FlopsOf(run.Visible(program, action.Pass.MicroBatch)),
        _ => operation.Flops,
    }));

    private static void AssertAsPlanned(StepRun run) => AssertAsPlanned(run, program => program.Flops);

    private static void AssertAsPlanned(StepRun run, Func<RankProgram, double> flops)
    {
        long shared = 0;
        for (int rank = 0; rank < run.Counts.Length; rank++)
        {
            RankProgram program = run.ProgramOf(rank);
            RankMemory memory = RankMemory.Of(program);
            RankCount count = run.Counts[rank];
            if (!run.IsRouted)
            {
                Assert.Equal(flops(program), count.Flops);
            }

            Assert.Equal(StepTraffic.Of(program).Select(Unrouted), count.Traffic.Select(Unrouted));
            Assert.Equal(memory.ActivationBytes, count.ActivationBytes);
            Assert.Equal(memory.ActivationBytes, count.UsedActivationBytes);
            Assert.Equal(memory.RegionBytes, count.RegionBytes);
            Assert.Equal(memory.SliceSumBytes + memory.SliceIntegerBytes + memory.CopyRoomBytes + memory.TiedRoomBytes, count.OwnBytes);
            shared += memory.RegionBytes + memory.MailBytes;
        }

        if (run.IsRouted)
        {
            // Which rank computes how much follows from what tokens choose, and is planned as if they chose alike; together it is what the plan says, or with a capacity at most.
            double planned = Enumerable.Range(0, run.Counts.Length).Sum(rank => flops(run.ProgramOf(rank)));
            Assert.InRange(run.Counts.Sum(count => count.Flops) / planned, run.HasCapacity ? 0.1 : 1 - 1e-9, 1 + 1e-9);
            Assert.Equal(run.Counts.Sum(Sent), run.Counts.Sum(Received));
        }

        Assert.InRange(run.SegmentBytes - shared, 0, WorldOverhead * (run.Counts.Length + 1));
    }

    private static StepTraffic Unrouted(StepTraffic entry) => entry.Kind == TrafficKind.AllToAll ? entry with { BytesSent = 0, BytesReceived = 0 } : entry;

    private static long Sent(RankCount count) => count.Traffic.Where(entry => entry.Kind == TrafficKind.AllToAll).Sum(entry => entry.BytesSent);

    private static long Received(RankCount count) => count.Traffic.Where(entry => entry.Kind == TrafficKind.AllToAll).Sum(entry => entry.BytesReceived);
}
