using Colossus.Plan.Layouts;
using Colossus.Plan.Lowering;
using Colossus.Plan.Programs;
using Colossus.Plan.Schedules;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Ranks;

/// <summary>Everything that one rank does in one step: its chunks of the model, the order of their passes, the memory of each micro-batch, and with whom it exchanges messages.</summary>
/// <remarks>
/// Rank programs are made one by one, when somebody asks: of 100,000 ranks most are alike. A forward pass of a chunk begins with a message from the rank before and ends with one
/// to the rank behind; a backward pass the other way round. Of each edge no more messages are under way than the chunk before it has memories, since a micro-batch
/// whose message is not read yet still waits for its backward pass there: with so many places nobody ever waits to send.
/// </remarks>
public sealed class RankProgram
{
    private RankProgram(Layout layout, int rank, IReadOnlyList<RankChunk> chunks, IReadOnlyList<StepAction> actions)
    {
        Layout = layout;
        Rank = rank;
        Chunks = chunks;
        Actions = actions;
    }

    /// <summary>The layout.</summary>
    public Layout Layout { get; }

    /// <summary>The rank.</summary>
    public int Rank { get; }

    /// <summary>Its chunks, by their index over the whole pipeline.</summary>
    public IReadOnlyList<RankChunk> Chunks { get; }

    /// <summary>Its actions in their order.</summary>
    public IReadOnlyList<StepAction> Actions { get; }

    /// <summary>Multiplications and additions of the step on this rank, with what is computed again.</summary>
    public double Flops => Actions.Sum(action => PassOf(action.Pass).Flops);

    /// <summary>Messages that the rank sends in a step.</summary>
    public int MessagesSent => Actions.Count(action => ReceiverOf(action.Pass) is not null);

    /// <summary>Bytes of one message: the residual stream of a micro-batch, or its gradient.</summary>
    /// <param name="formats">Number formats.</param>
    public long MessageBytes(NumberFormats formats) =>
        Chunks.Select(chunk => chunk.Program.Output ?? chunk.Program.Input).FirstOrDefault(value => value is not null) is { } stream
            ? stream.Count * formats.BytesOf(stream.Format)
            : 0;

    /// <summary>Bytes of activations at their highest: what micro-batches keep, and scratch.</summary>
    public long ActivationBytes => Chunks.Sum(chunk => chunk.KeptBytes) + Chunks.Max(chunk => chunk.Program.ScratchBytes);

    /// <summary>Describes what a rank does.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">A layout that <see cref="LayoutRules"/> accepts, with tensor, context and expert 1.</param>
    /// <param name="formats">Number formats.</param>
    /// <param name="rank">0 to <see cref="Layout.Ranks"/> - 1.</param>
    public static RankProgram For(ModelSpec model, Layout layout, NumberFormats formats, int rank)
    {
        ArgumentNullException.ThrowIfNull(model);
        var grid = new RankGrid(layout);
        var place = grid.CoordinatesOf(rank);
        bool splits = layout.Schedule == PipelineSchedule.ZeroBubble;
        var order = PipelineOrder.OfStage(layout.Schedule, place.Pipeline, layout.Pipeline, layout.VirtualStages, layout.MicroBatches);
        var (actions, needed) = SlotAssignment.Assign(order, splits);
        var options = new LoweringOptions(formats, layout.Recompute, splits);
        ChunkBlocks[] all = ChunkBlocks.Of(model, layout.Chunks);
        var chunks = new List<RankChunk>();
        for (int chunk = place.Pipeline; chunk < layout.Chunks; chunk += layout.Pipeline)
        {
            IReadOnlyList<Block> blocks = ModelProgram.Blocks(model, layout.MicroBatch, all[chunk].First, all[chunk].Count);
            chunks.Add(new RankChunk(all[chunk], ChunkLowering.Lower(blocks, options), needed[chunk], Holder(chunk - 1), Holder(chunk + 1)));
        }

        return new RankProgram(layout, rank, chunks, actions);

        int? Holder(int chunk) =>
            chunk < 0 || chunk >= layout.Chunks ? null : grid.RankAt(place.Tensor, place.Context, place.Data, chunk % layout.Pipeline);
    }

    /// <summary>The chunk of an index over the whole pipeline.</summary>
    /// <param name="chunk">One of this rank's.</param>
    public RankChunk ChunkOf(int chunk) => Chunks[chunk / Layout.Pipeline];

    /// <summary>The operations of a pass.</summary>
    /// <param name="pass">One of this rank's.</param>
    public Pass PassOf(PipelineAction pass)
    {
        ChunkProgram program = ChunkOf(pass.Chunk).Program;
        return pass.Kind switch
        {
            PassKind.Forward => program.Forward,
            PassKind.Backward => program.Backward,
            _ => program.WeightGradients,
        };
    }

    /// <summary>The rank whose message a pass begins with; null where it begins with none.</summary>
    /// <param name="pass">One of this rank's.</param>
    public int? SenderTo(PipelineAction pass) => pass.Kind switch
    {
        PassKind.Forward => ChunkOf(pass.Chunk).Before,
        PassKind.Backward => ChunkOf(pass.Chunk).Behind,
        _ => null,
    };

    /// <summary>The rank that gets a message when a pass has ended; null where nobody does.</summary>
    /// <param name="pass">One of this rank's.</param>
    public int? ReceiverOf(PipelineAction pass) => pass.Kind switch
    {
        PassKind.Forward => ChunkOf(pass.Chunk).Behind,
        PassKind.Backward => ChunkOf(pass.Chunk).Before,
        _ => null,
    };
}
