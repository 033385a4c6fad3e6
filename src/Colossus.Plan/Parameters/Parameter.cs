namespace Colossus.Plan.Parameters;

/// <summary>One trained tensor and its place in the flat vector of all parameters.</summary>
/// <param name="Name">Hugging Face's name, as in <c>model.layers.0.self_attn.q_proj.weight</c>.</param>
/// <param name="Rows">Length of dim 0 (outputs of a matrix, elements of a vector).</param>
/// <param name="Columns">Length of dim 1 (inputs of a matrix); 0 for a vector.</param>
/// <param name="Start">Index of the first element in the flat vector.</param>
/// <param name="Bucket">The bucket (see <see cref="ParameterTable.Buckets"/>) whose gradients are complete together with this one's.</param>
public sealed record Parameter(string Name, int Rows, int Columns, long Start, int Bucket)
{
    /// <summary>Number of elements.</summary>
    public long Count => (long)Rows * Math.Max(1, Columns);

    /// <summary>Whether weight decay applies: to matrices, not to norms.</summary>
    public bool Decays => Columns > 0;

    /// <summary>The shape: [rows, columns] or [rows].</summary>
    public IReadOnlyList<long> Shape => Columns > 0 ? [Rows, Columns] : [Rows];
}
