using Colossus.Plan.Lowering;
using Colossus.Plan.Programs;
using Colossus.Plan.Ranks;
using Colossus.Plan.Schedules;
using Colossus.Plan.Tests.Lowering;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Testing;
using CsCheck;

namespace Colossus.Plan.Tests.Ranks;

public sealed class RankProgramTests
{
    private static readonly Gen<(ModelSpec Model, Layout Layout, NumberFormats Formats)> sample = AnyStep.Of(mostData: 2);

    [Fact]
    public void All_ranks_together_do_the_FLOPs_of_the_step() => sample.Where(pair => pair.Layout.Recompute != Recompute.Full && IsDividedWhole(pair.Model, pair.Layout)).Sample(static pair =>
    {
        ModelSpec model = AnyModel.Dropless(pair.Model);
        double sum = All(pair with { Model = model }).Sum(rank => rank.Flops);
        Assert.Equal(1, sum / ModelFlops.OfStep(ModelShape.From(model), pair.Layout.GlobalBatch, FlopConvention.ModelCausal), 9);
    });

    [Fact]
    public void Every_value_is_whole_when_it_is_read_in_the_order_of_the_schedule() => sample.Sample(static pair =>
    {
        foreach (RankProgram rank in All(pair))
        {
            var memories = rank.Chunks.ToDictionary(chunk => chunk.Blocks.Chunk, chunk => new MemoryReplay(chunk.Program, pair.Formats));
            foreach (StepAction action in rank.Actions)
            {
                RankChunk chunk = rank.ChunkOf(action.Pass.Chunk);
                AssertWithin(chunk.Needed, action.Slots, chunk.Program);
                var (received, sent) = Messages(chunk.Program, action.Pass.Kind);
                Pass pass = rank.PassOf(action.Pass);
                MemoryReplay memory = memories[action.Pass.Chunk];
                memory.Receive(pass, received, action.Slots, action.Pass.MicroBatch);
                memory.Run(pass, action.Slots, action.Pass.MicroBatch);
                memory.Send(pass, sent, action.Slots, action.Pass.MicroBatch);
            }
        }
    });

    [Fact]
    public void With_as_many_places_as_memories_nobody_waits_to_send_and_every_message_is_the_one_expected() => sample.Sample(static pair =>
    {
        RankProgram[] ranks = All(pair);
        var mail = new Dictionary<(int From, int To, int Chunk, PassKind Kind), Queue<int>>();
        int[] next = new int[ranks.Length];
        bool moved = true;
        while (moved)
        {
            moved = false;
            foreach (RankProgram rank in ranks)
            {
                // Each rank runs as far ahead as its messages let it: the most that can be under way.
                while (next[rank.Rank] < rank.Actions.Count && Take(rank, rank.Actions[next[rank.Rank]].Pass))
                {
                    next[rank.Rank]++;
                    moved = true;
                }
            }
        }

        Assert.All(ranks, rank => Assert.Equal(rank.Actions.Count, next[rank.Rank]));
        Assert.All(mail.Values, Assert.Empty);

        bool Take(RankProgram rank, PipelineAction pass)
        {
            if (rank.SenderTo(pass) is int sender)
            {
                if (!mail.TryGetValue((sender, rank.Rank, pass.Chunk, pass.Kind), out var arrived) || arrived.Count == 0)
                {
                    return false;
                }

                Assert.Equal(pass.MicroBatch, arrived.Dequeue());
            }

            if (rank.ReceiverOf(pass) is int receiver)
            {
                int chunk = pass.Kind == PassKind.Forward ? pass.Chunk + 1 : pass.Chunk - 1;
                if (!mail.TryGetValue((rank.Rank, receiver, chunk, pass.Kind), out var under))
                {
                    mail.Add((rank.Rank, receiver, chunk, pass.Kind), under = []);
                }

                under.Enqueue(pass.MicroBatch);
                int first = Math.Min(chunk, pass.Chunk);
                int places = ranks[first == pass.Chunk ? rank.Rank : receiver].ChunkOf(first).Needed.ForwardToBackward;
                Assert.InRange(under.Count, 1, places);
            }

            return true;
        }
    });

    [Fact]
    public void The_program_of_a_rank_is_the_same_made_for_it_or_moved_to_it() => sample.Sample(static pair =>
    {
        var programs = new RankPrograms(pair.Model, pair.Layout, pair.Formats);
        for (int rank = 0; rank < pair.Layout.Ranks; rank++)
        {
            var made = RankProgram.For(pair.Model, pair.Layout, pair.Formats, rank);
            RankProgram moved = programs.Of(rank);
            Assert.Equal(made.Flops, moved.Flops);
            Assert.Equal(StepTraffic.Of(made), StepTraffic.Of(moved));
            Assert.Equal(made.StateCount, moved.StateCount);
            Assert.Equal(RankMemory.Of(made).TotalBytes, RankMemory.Of(moved).TotalBytes);
            Assert.Equal(made.Actions, moved.Actions);
            Assert.Equal(made.Actions.Select(action => (made.SenderTo(action.Pass), made.ReceiverOf(action.Pass))), moved.Actions.Select(action => (moved.SenderTo(action.Pass), moved.ReceiverOf(action.Pass))));
            Assert.Equal(made.Chunks.SelectMany(Operations), moved.Chunks.SelectMany(Operations));
        }

        static IEnumerable<string> Operations(RankChunk chunk) => chunk.Program.Forward.Operations.Concat(chunk.Program.Backward.Operations).Select(operation => operation.ToString());
    }, iter: Effort.Times(30, 1000));

    [Fact]
    public void One_forward_one_backward_holds_no_more_micro_batches_than_there_are_stages_behind()
    {
        var model = new ModelSpec(8, 64, 4, 4, 16, 128, Activation.SwiGlu, 256, 32);
        for (int stage = 0; stage < 4; stage++)
        {
            int needed = Needed(PipelineSchedule.OneForwardOneBackward, stage);
            Assert.Equal(4 - stage, needed);
            Assert.Equal(16, Needed(PipelineSchedule.GPipe, stage));
        }

        int Needed(PipelineSchedule schedule, int stage) => RankProgram.For(
            model, new Layout(1, 1, 4, 1, 1, 1, 1, false, 1, 16, Recompute.None, schedule), default, stage).Chunks[0].Needed.ForwardToBackward;
    }

    // Copies of heads and padding of the vocabulary are computed besides; of latent attention, what comes before its heads, where tensor ranks do not share the rows between matrices.
    private static bool IsDividedWhole(ModelSpec model, Layout layout) =>
        model.KvHeads % layout.Tensor == 0 && model.Vocab % layout.Tensor == 0 && (model.Latent is null || layout.SequenceParallel || layout.Tensor == 1);

    private static RankProgram[] All((ModelSpec Model, Layout Layout, NumberFormats Formats) pair)
    {
        var programs = new RankPrograms(pair.Model, pair.Layout, pair.Formats);
        return [.. Enumerable.Range(0, pair.Layout.Ranks).Select(programs.Of)];
    }

    private static void AssertWithin(Slots needed, Slots slots, ChunkProgram program)
    {
        foreach (Area area in (Area[])[Area.ForwardToBackward, Area.ForwardToWeights, Area.BackwardToWeights])
        {
            Assert.True(slots.Of(area) < Math.Max(1, needed.Of(area)) || program.BytesOf(area) == 0);
        }
    }

    private static (Value? Received, Value? Sent) Messages(ChunkProgram program, PassKind kind) => kind switch
    {
        PassKind.Forward => (program.Input, program.Output),
        PassKind.Backward => (program.OutputGradient, program.InputGradient),
        _ => (null, null),
    };
}
