namespace Colossus.Plan.Work;

/// <summary>A forward matrix product of one rank and one micro-batch: [rows, inner] times [inner, columns]. Its backward pass does two of the same size.</summary>
/// <param name="Kind">The weight it belongs to.</param>
/// <param name="Rows">Tokens.</param>
/// <param name="Columns">Output width on this rank.</param>
/// <param name="Inner">Input width on this rank.</param>
/// <param name="Count">How many such products (the experts of a rank).</param>
public readonly record struct MatrixProduct(ProductKind Kind, double Rows, double Columns, double Inner, double Count)
{
    /// <summary>Floating-point operations.</summary>
    public double Flops => 2 * Rows * Columns * Inner * Count;

    /// <summary>Weights that the product reads.</summary>
    public double Weights => Columns * Inner * Count;
}
