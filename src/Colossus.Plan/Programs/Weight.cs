namespace Colossus.Plan.Programs;

/// <summary>One use of a trained tensor: whole, or the part of it that a rank has. A tied head uses the embedding's tensor a second time, with a gradient of its own.</summary>
/// <param name="Name">Hugging Face's name, as in <c>model.layers.0.self_attn.q_proj.weight</c>.</param>
/// <param name="Rows">Dim 0: outputs of a matrix, elements of a vector.</param>
/// <param name="Columns">Dim 1: inputs of a matrix; null for a vector.</param>
/// <param name="Start">Its values before the first step.</param>
/// <param name="Bucket">Gradients of one bucket are complete together: those of the embedding, of each layer, of its experts, of the final norm, of the head.</param>
public sealed record Weight(string Name, Extent Rows, Extent? Columns, WeightStart Start, int Bucket)
{
    /// <summary>Which part of the whole tensor it is; null for all of it, on this rank alone.</summary>
    public WeightPart? Part { get; init; }

    /// <summary>The routed expert that it belongs to, from 0; null for what all tokens meet.</summary>
    public int? Expert { get; init; }

    /// <summary>Whether it is the bias with which experts are chosen: no loss moves it, their loads do.</summary>
    public bool Balances { get; init; }

    /// <summary>Elements.</summary>
    public long Count => (long)Rows.Size * (Columns?.Size ?? 1);

    /// <summary>Rows of the whole tensor that are here; the rest of <see cref="Rows"/> is padding, and zero.</summary>
    public int RealRows => Part is null ? Rows.Size : Math.Clamp(Part.WholeRows - Part.FirstRow, 0, Rows.Size);
}
