namespace Colossus.Plan.Programs;

/// <summary>A trained tensor as the model knows it, whole and unsharded.</summary>
/// <param name="Name">Hugging Face's name, as in <c>model.layers.0.self_attn.q_proj.weight</c>.</param>
/// <param name="Rows">Dim 0: outputs of a matrix, elements of a vector.</param>
/// <param name="Columns">Dim 1: inputs of a matrix; null for a vector.</param>
/// <param name="Start">Its values before the first step.</param>
/// <param name="Block">Index of the first block that uses it; its gradient is complete together with those of that block.</param>
public sealed record Weight(string Name, Extent Rows, Extent? Columns, WeightStart Start, int Block)
{
    /// <summary>Elements.</summary>
    public long Count => (long)Rows.Size * (Columns?.Size ?? 1);
}
