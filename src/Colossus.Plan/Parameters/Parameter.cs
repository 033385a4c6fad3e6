using Colossus.Plan.Programs;

namespace Colossus.Plan.Parameters;

/// <summary>A weight and its place in the flat vector of all parameters.</summary>
/// <param name="Weight">The weight.</param>
/// <param name="Start">Index of the first element in the flat vector.</param>
/// <param name="Bucket">The bucket (see <see cref="ParameterTable.Buckets"/>) whose gradients are complete together with this one's.</param>
public sealed record Parameter(Weight Weight, long Start, int Bucket)
{
    /// <summary>Hugging Face's name, as in <c>model.layers.0.self_attn.q_proj.weight</c>.</summary>
    public string Name => Weight.Name;

    /// <summary>Length of dim 0 (outputs of a matrix, elements of a vector).</summary>
    public int Rows => Weight.Rows.Size;

    /// <summary>Length of dim 1 (inputs of a matrix); 0 for a vector.</summary>
    public int Columns => Weight.Columns?.Size ?? 0;

    /// <summary>Number of elements.</summary>
    public long Count => Weight.Count;

    /// <summary>Elements from one row to the next; a vector is one row.</summary>
    public long Width => Columns > 0 ? Columns : Rows;

    /// <summary>How a step changes it.</summary>
    public UpdateRule Rule => Weight.Balances ? UpdateRule.Balancing : Columns > 0 ? UpdateRule.Decaying : UpdateRule.Plain;

    /// <summary>The shape: [rows, columns] or [rows].</summary>
    public IReadOnlyList<long> Shape => Columns > 0 ? [Rows, Columns] : [Rows];

    /// <summary>Which elements of the whole parameter some of these are.</summary>
    /// <param name="row">First row here; 0 of a vector.</param>
    /// <param name="rows">Rows; rows of padding are left out.</param>
    /// <param name="column">First column here; of a vector the first element.</param>
    /// <param name="columns">Columns.</param>
    internal ParameterBox WholeBox(long row, long rows, long column, long columns)
    {
        (int firstRow, int firstColumn) = (Weight.Part?.FirstRow ?? 0, Weight.Part?.FirstColumn ?? 0);
        return Columns > 0
            ? new ParameterBox(row + firstRow, Math.Clamp(Weight.RealRows - row, 0, rows), column + firstColumn, columns)
            : new ParameterBox(row, rows, column + firstRow, columns);
    }
}
