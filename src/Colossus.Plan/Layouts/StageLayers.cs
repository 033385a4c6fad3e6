using Colossus.Specs.Layouts;

namespace Colossus.Plan.Layouts;

/// <summary>
/// Which layers lie in which chunk of a pipeline. Chunk <c>c</c> belongs to stage <c>c mod pipeline</c>; the first holds the embedding, the last the head.
/// </summary>
/// <remarks>
/// Layers that divide by the chunks are spread evenly. Else the embedding and the head count as one light layer each, as in the published
/// layouts of Llama 3.1 405B (126 + 2 = 128), and what is still left over goes to the chunks after the first, one each.
/// </remarks>
public static class StageLayers
{
    /// <summary>Layers in one chunk.</summary>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="chunks">Chunks of the pipeline, at most <paramref name="layers"/> + 2.</param>
    /// <param name="chunk">Index of the chunk.</param>
    public static int Of(int layers, int chunks, int chunk)
    {
        if (layers % chunks == 0)
        {
            return layers / chunks;
        }

        int slots = layers + 2;
        int share = slots / chunks;
        int left = slots % chunks;
        int count = share;
        if (chunk == 0)
        {
            count--;
        }
        else if (chunk <= left)
        {
            count++;
        }

        if (chunk == chunks - 1)
        {
            count--;
        }

        return count;
    }

    /// <summary>Layers that one stage holds over all its chunks.</summary>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="stage">Index of the stage.</param>
    public static int OfStage(int layers, in Layout layout, int stage)
    {
        int sum = 0;
        for (int chunk = stage; chunk < layout.Chunks; chunk += layout.Pipeline)
        {
            sum += Of(layers, layout.Chunks, chunk);
        }

        return sum;
    }
}
