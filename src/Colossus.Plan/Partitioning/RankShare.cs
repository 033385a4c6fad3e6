using Colossus.Plan.Layouts;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Partitioning;

/// <summary>Which part of the model's work a rank has among those that compute the same micro-batch: what its program is the rewrite for.</summary>
/// <param name="Tensor">Ranks that share each matrix, 1 or more.</param>
/// <param name="TensorPlace">Its place among them.</param>
/// <param name="SequenceParallel">Whether these also share what lies between matrices.</param>
/// <param name="Context">Ranks that share each sequence, 1 or more.</param>
/// <param name="ContextPlace">Its place among them.</param>
/// <param name="Expert">Ranks that share the experts, 1 or more.</param>
/// <param name="ExpertPlace">Its place among them.</param>
public readonly record struct RankShare(int Tensor, int TensorPlace, bool SequenceParallel, int Context, int ContextPlace, int Expert, int ExpertPlace)
{
    /// <summary>A rank that computes all of it.</summary>
    public static RankShare Whole { get; } = new(1, 0, false, 1, 0, 1, 0);

    /// <summary>The share of a rank.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="rank">The rank.</param>
    public static RankShare Of(in Layout layout, int rank)
    {
        var grid = new RankGrid(layout);
        var place = grid.CoordinatesOf(rank);
        return new RankShare(layout.Tensor, place.Tensor, layout.SequenceParallel, layout.Context, place.Context, layout.Expert, rank % grid.StageRanks % layout.Expert);
    }

    /// <summary>What the rank computes of consecutive blocks.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequences">Sequences of the micro-batch.</param>
    /// <param name="first">Index of the first block.</param>
    /// <param name="count">How many, 1 or more.</param>
    /// <param name="scope">What a token sees of its sequence.</param>
    public IReadOnlyList<Block> Blocks(ModelSpec model, int sequences, int first, int count, AttentionScope scope = AttentionScope.Sequence)
    {
        IReadOnlyList<Block> blocks = ModelProgram.Blocks(model, sequences, first, count, scope);
        blocks = Context > 1 ? new ContextPartition(this).Divide(blocks) : blocks;
        blocks = Tensor > 1 ? new TensorPartition(model, this).Divide(blocks) : blocks;
        blocks = Tensor * Context > 1 ? SharedLoads.Divide(blocks, this) : blocks;
        return Expert > 1 ? new ExpertPartition(this).Divide(blocks) : blocks;
    }

    /// <summary>What the rank computes of all blocks.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequences">Sequences of the micro-batch.</param>
    public IReadOnlyList<Block> Blocks(ModelSpec model, int sequences) => Blocks(model, sequences, 0, ModelProgram.BlockCount(model));
}
