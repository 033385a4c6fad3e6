using Colossus.Plan.Layouts;
using Colossus.Plan.Lowering;

namespace Colossus.Plan.Ranks;

/// <summary>A chunk of the model on one rank.</summary>
/// <param name="Blocks">Its blocks.</param>
/// <param name="Program">Its passes.</param>
/// <param name="Needed">Memories of each area: the most micro-batches that are in flight at once.</param>
public sealed record RankChunk(ChunkBlocks Blocks, ChunkProgram Program, Slots Needed)
{
    /// <summary>Bytes of what its micro-batches keep between passes; scratch is shared by the chunks of a rank and not counted.</summary>
    public long KeptBytes =>
        (Needed.ForwardToBackward * Program.ForwardToBackwardBytes)
        + (Needed.ForwardToWeights * Program.ForwardToWeightsBytes)
        + (Needed.BackwardToWeights * Program.BackwardToWeightsBytes);
}
