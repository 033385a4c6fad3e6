using Colossus.Plan.Programs;

namespace Colossus.Training.Kernels;

/// <summary>The token ids of which a rank has rows of the embedding or logits.</summary>
/// <param name="First">The first id.</param>
/// <param name="Real">Ids; rows behind them are padding.</param>
/// <param name="Rows">Rows with padding.</param>
internal readonly record struct VocabularyShare(int First, int Real, int Rows)
{
    /// <summary>All ids, without padding.</summary>
    public static VocabularyShare Whole(int ids) => new(0, ids, ids);

    /// <summary>The ids of a matrix with one row an id.</summary>
    public static VocabularyShare Of(Weight matrix) => new(matrix.Part?.FirstRow ?? 0, matrix.RealRows, matrix.Rows.Size);
}
