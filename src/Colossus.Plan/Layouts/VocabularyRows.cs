namespace Colossus.Plan.Layouts;

/// <summary>How tensor ranks share the rows of the embedding and of the head, one row a token id.</summary>
/// <remarks>
/// Where they do not divide evenly, the layout pads: rows beyond the vocabulary are zero, their logits are masked, and no token names them. They take memory and time
/// of the head. Checkpoints, fingerprints, parameter counts and model FLOPs know nothing of them: they are of the layout, not of the model.
/// </remarks>
public static class VocabularyRows
{
    /// <summary>Padded shares are a multiple of this, as Megatron-LM's <c>make-vocab-size-divisible-by</c>: the width of a tile of a matrix product.</summary>
    public const int Multiple = 128;

    /// <summary>Rows that each rank holds.</summary>
    /// <param name="vocabulary">Token ids of the model.</param>
    /// <param name="tensor">Ranks that share them.</param>
    /// <returns>The even share where there is one, else the next multiple of <see cref="Multiple"/> above it: 12,672 of 50,257 on 4 ranks.</returns>
    public static int OfRank(int vocabulary, int tensor)
    {
        if (vocabulary % tensor == 0)
        {
            return vocabulary / tensor;
        }

        return ((vocabulary / tensor / Multiple) + 1) * Multiple;
    }
}
