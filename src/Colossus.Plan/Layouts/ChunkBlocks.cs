using Colossus.Plan.Programs;
using Colossus.Specs;
using Colossus.Specs.Jobs;

namespace Colossus.Plan.Layouts;

/// <summary>The blocks of the model that lie in one chunk of a pipeline.</summary>
/// <param name="Chunk">Index of the chunk.</param>
/// <param name="First">Index of the first block; see <see cref="Block.Index"/>.</param>
/// <param name="Count">Blocks, 1 or more.</param>
public readonly record struct ChunkBlocks(int Chunk, int First, int Count)
{
    /// <summary>The blocks of each chunk: the embedding in the first, the head in the last, layers as <see cref="StageLayers"/> spreads them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="chunks">Chunks of the pipeline, at most as many as blocks.</param>
    public static ChunkBlocks[] Of(ModelSpec model, int chunks)
    {
        ArgumentNullException.ThrowIfNull(model);
        var blocks = new ChunkBlocks[chunks];
        int first = 0;
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            int count = StageLayers.Of(model.Layers, chunks, chunk) + (chunk == 0 ? 1 : 0) + (chunk == chunks - 1 ? 1 : 0);
            blocks[chunk] = new ChunkBlocks(chunk, first, count);
            first += count;
        }

        Invariant.That(first == ModelProgram.BlockCount(model), "the chunks of a pipeline hold every block once");
        return blocks;
    }
}
