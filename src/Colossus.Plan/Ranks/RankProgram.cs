using Colossus.Plan.Layouts;
using Colossus.Plan.Lowering;
using Colossus.Plan.Parameters;
using Colossus.Plan.Partitioning;
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
public sealed record RankProgram
{
    private RankProgram()
    {
    }

    /// <summary>The model's parameters.</summary>
    public required ParameterTable Table { get; init; }

    /// <summary>Number formats.</summary>
    public required NumberFormats Formats { get; init; }

    /// <summary>The layout.</summary>
    public required Layout Layout { get; init; }

    /// <summary>The rank.</summary>
    public required int Rank { get; init; }

    /// <summary>Its chunks, by their index over the whole pipeline.</summary>
    public required IReadOnlyList<RankChunk> Chunks { get; init; }

    /// <summary>Its actions in their order.</summary>
    public required IReadOnlyList<StepAction> Actions { get; init; }

    /// <summary>The buckets that its chunks use.</summary>
    public required RankBuckets Buckets { get; init; }

    /// <summary>Tokens of a micro-batch.</summary>
    public required int TokensOfMicroBatch { get; init; }

    /// <summary>Which samples it sees: its place along data.</summary>
    public int DataPlace => new RankGrid(Layout).CoordinatesOf(Rank).Data;

    /// <summary>Its place along tensor. What these ranks have in common, such as the loss, is counted at place 0.</summary>
    public int TensorPlace => new RankGrid(Layout).CoordinatesOf(Rank).Tensor;

    /// <summary>Its place in the group along an axis within a stage.</summary>
    /// <param name="axis">The axis.</param>
    public int PlaceIn(GroupAxis axis) => Array.IndexOf(new RankGrid(Layout).Group(Rank, axis), Rank);

    /// <summary>The axis along which ranks have the same weights as this one.</summary>
    /// <param name="bucket">The bucket of the weights.</param>
    public GroupAxis ReplicaAxisOf(int bucket) => Table.Buckets[bucket].HoldsExperts ? GroupAxis.ExpertData : GroupAxis.Data;

    /// <summary>How many there are.</summary>
    /// <param name="bucket">The bucket of the weights.</param>
    public int ReplicasOf(int bucket) => Table.Buckets[bucket].HoldsExperts ? Layout.ExpertReplicas : Layout.DenseReplicas;

    /// <summary>Its stage.</summary>
    public int Stage => new RankGrid(Layout).CoordinatesOf(Rank).Pipeline;

    /// <summary>Its place within its stage. Messages go to the rank at the same place of another stage.</summary>
    public int Lane => Rank % new RankGrid(Layout).StageRanks;

    /// <summary>Multiplications and additions of the step on this rank, with what is computed again.</summary>
    public double Flops => Actions.Sum(action => PassOf(action.Pass).Flops);

    /// <summary>Bytes of one message: the residual stream of a micro-batch, or its gradient.</summary>
    public long MessageBytes =>
        Chunks.Select(chunk => chunk.Program.Output ?? chunk.Program.Input).FirstOrDefault(value => value is not null) is { } stream
            ? stream.Count * Formats.BytesOf(stream.Format)
            : 0;

    /// <summary>Bytes of activations at their highest: what micro-batches keep, and scratch.</summary>
    public long ActivationBytes => Chunks.Sum(chunk => chunk.KeptBytes) + Chunks.Max(chunk => chunk.Program.ScratchBytes);

    /// <summary>Describes what a rank does.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">A layout that <see cref="LayoutRules"/> accepts.</param>
    /// <param name="formats">Number formats.</param>
    /// <param name="rank">0 to <see cref="Layout.Ranks"/> - 1.</param>
    /// <param name="scope">What a token sees of its sequence.</param>
    public static RankProgram For(ModelSpec model, Layout layout, NumberFormats formats, int rank, AttentionScope scope = AttentionScope.Sequence)
    {
        ArgumentNullException.ThrowIfNull(model);
        var grid = new RankGrid(layout);
        var place = grid.CoordinatesOf(rank);
        RankShare share = RankShare.Of(layout, rank);
        ParameterTable table = ParameterTable.For(model, share);
        bool splits = layout.Schedule == PipelineSchedule.ZeroBubble;
        var order = PipelineOrder.OfStage(layout.Schedule, place.Pipeline, layout.Pipeline, layout.VirtualStages, layout.MicroBatches);
        var (actions, needed) = SlotAssignment.Assign(order, splits);
        var options = new LoweringOptions(formats, layout.Recompute, splits, Sharding.Of(table, layout.Zero));
        ChunkBlocks[] all = ChunkBlocks.Of(model, layout.Chunks);
        var chunks = new List<RankChunk>();
        for (int chunk = place.Pipeline; chunk < layout.Chunks; chunk += layout.Pipeline)
        {
            IReadOnlyList<Block> blocks = share.Blocks(model, layout.MicroBatch, all[chunk].First, all[chunk].Count, scope);
            chunks.Add(new RankChunk(all[chunk], ChunkLowering.Lower(blocks, options), needed[chunk]));
        }

        return new RankProgram
        {
            Table = table,
            Formats = formats,
            Layout = layout,
            TokensOfMicroBatch = layout.MicroBatch * model.Sequence,
            Rank = rank,
            Chunks = chunks,
            Actions = actions,
            Buckets = RankBuckets.For(model, table, layout, place.Pipeline),
        };
    }

    /// <summary>Whether another rank does the same but for its slices and samples: one of the same stage with the same share of the model.</summary>
    /// <param name="rank">The rank.</param>
    public bool IsLike(int rank)
    {
        return (this with { Rank = rank }).Stage == Stage && RankShare.Of(Layout, rank) == RankShare.Of(Layout, Rank);
    }

    /// <summary>The same for another rank.</summary>
    /// <param name="rank">A rank that this one <see cref="IsLike"/>.</param>
    public RankProgram MovedTo(int rank) => IsLike(rank)
        ? this with { Rank = rank }
        : throw new ArgumentException($"rank {rank} has another part of the model than rank {Rank}", nameof(rank));

    /// <summary>The rank of the same replica that holds a chunk.</summary>
    /// <param name="chunk">Index over the whole pipeline.</param>
    /// <returns>Null where there is no such chunk.</returns>
    public int? HolderOf(int chunk)
    {
        var place = new RankGrid(Layout).CoordinatesOf(Rank);
        return chunk < 0 || chunk >= Layout.Chunks ? null : new RankGrid(Layout).RankAt(place.Tensor, place.Context, place.Data, chunk % Layout.Pipeline);
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
        PassKind.Forward => HolderOf(pass.Chunk - 1),
        PassKind.Backward => HolderOf(pass.Chunk + 1),
        _ => null,
    };

    /// <summary>The rank that gets a message when a pass has ended; null where nobody does.</summary>
    /// <param name="pass">One of this rank's.</param>
    public int? ReceiverOf(PipelineAction pass) => pass.Kind switch
    {
        PassKind.Forward => HolderOf(pass.Chunk + 1),
        PassKind.Backward => HolderOf(pass.Chunk - 1),
        _ => null,
    };

    /// <summary>Messages that may be under way, in each direction, between a chunk and the one behind it.</summary>
    /// <param name="chunk">One of <see cref="Chunks"/>.</param>
    /// <returns>As many as the chunk has memories for micro-batches: then nobody waits to send in a step. An evaluation keeps nothing; it fills rounds of as many as there are stages.</returns>
    public int MailEntries(RankChunk chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        return Math.Max(Layout.Pipeline, chunk.Needed.ForwardToBackward);
    }

    /// <summary>The part of a bucket that this rank reduces.</summary>
    /// <param name="bucket">One of <see cref="Buckets"/>.</param>
    public FlatRange SliceOf(int bucket) => Table.SliceOf(bucket, Layout, Rank);

    /// <summary>Its elements.</summary>
    /// <param name="bucket">One of <see cref="Buckets"/>.</param>
    public long SliceCount(int bucket) => SliceOf(bucket).Count;

    /// <summary>The part of the state that the rank keeps.</summary>
    public IReadOnlyList<StatePiece> StatePieces => StateMap.Pieces(Table, Buckets, Layout, Rank);

    /// <summary>Its elements, of each of weights and both moments.</summary>
    public long StateCount => StatePieces.Sum(piece => piece.Range.Count);

    /// <summary>Sizes of the groups of tensor ranks that have copies of a weight and a part of its gradient each, in ascending order.</summary>
    public IEnumerable<int> CopyGroups => Table.Parameters.Select(parameter => parameter.Weight.Part).OfType<WeightPart>().Where(part => part.SumsGradients).Select(part => part.Copies).Distinct().Order();

    /// <summary>Parts of this rank's slices of gradients that are summed over tensor ranks, after those with the same weights have summed them.</summary>
    /// <param name="copies">Ranks that have a copy: one of <see cref="CopyGroups"/>.</param>
    public IEnumerable<(int Bucket, FlatRange Range)> SummedOverCopies(int copies) =>
        from parameter in Table.Parameters
        where parameter.Weight.Part is { SumsGradients: true } part && part.Copies == copies && Buckets.Indices.Contains(parameter.Bucket)
        let range = SliceOf(parameter.Bucket).Intersect(new FlatRange(parameter.Start, parameter.Count))
        where range.Count > 0
        select (parameter.Bucket, range);

    /// <summary>Elements of all of them, if the rank had no slices but all: the same on all ranks of the stage.</summary>
    public long SummedOverCopiesCount =>
        Table.Parameters.Where(parameter => parameter.Weight.Part is { SumsGradients: true } && Buckets.Indices.Contains(parameter.Bucket)).Sum(parameter => parameter.Count);

    /// <summary>Whether bf16 gradients have a vector of 32 bits beside them: micro-batches are added up in it, since adding them in bf16 would lose the small ones, or sums are gathered in it (ZeRO 0).</summary>
    public bool KeepsSums => Layout.Zero < 2 && Formats.BfResidual && ((Layout.MicroBatches > 1 && !Formats.ExactSums) || Layout.Zero == 0);

    /// <summary>Whether all of a rank's gradients have a vector of 64-bit integers in which micro-batches are added up. Under ZeRO 2 and 3 its slices alone have one.</summary>
    public bool KeepsIntegers => Layout.Zero < 2 && Formats.ExactSums;

    /// <summary>Gradients of which the sum for one weight consists: one of each micro-batch of the global batch, from each rank that has a part of its sequences.</summary>
    public long AddendsOfGradient => (long)Layout.MicroBatches * Layout.DenseReplicas;

    /// <summary>Whether a micro-batch's gradients are added to those of the micro-batches before it as they are computed.</summary>
    public bool AccumulatesGradients => Layout.Zero < 2 && !KeepsSums && !KeepsIntegers;

    /// <summary>Whether a rank's slices of summed gradients lie where its own gradients lay.</summary>
    public bool SumsInPlace => Layout.Zero < 2 && (KeepsSums || !Formats.BfResidual);

    /// <summary>Bytes of an element of what is summed over ranks.</summary>
    public int ReducedBytes => KeepsIntegers ? sizeof(long) : KeepsSums ? sizeof(float) : Formats.ResidualBytes;

    /// <summary>The bucket whose matrix is also the head's; null where the head has its own.</summary>
    public int? TiedSource => Table.Buckets[^1].Source?.Bucket;

    /// <summary>Of a tied matrix, the part that this rank reduces; in the flat vector's bucket of the head.</summary>
    public FlatRange TiedSlice => SliceOf(Table.Buckets.Count - 1);

    /// <summary>In which formats a bucket's new weights are gathered after an update: none where a rank updates all of them itself, or gathers them when it needs them.</summary>
    /// <param name="bucket">One of <see cref="Buckets"/>.</param>
    public IEnumerable<ValueFormat> FormatsGatheredAfterUpdate(int bucket)
    {
        bool isAlias = Buckets.IsAlias(bucket);
        bool updatesAll = Layout.Zero == 0 && (isAlias || !Table.Buckets[bucket].IsCopy);
        if (Layout.Zero == 3 || updatesAll)
        {
            return [];
        }

        // A tied head beside its embedding reads the embedding's own weights; but in the format of products, in which nobody reads an embedding, where that is another one.
        return Formats.SeparateMatrices ? new[] { ValueFormat.Residual, ValueFormat.Product }.Where(format => Table.Buckets[bucket].ReadIn(format, Formats).Count > 0)
            : isAlias ? []
            : [ValueFormat.Residual];
    }
}
