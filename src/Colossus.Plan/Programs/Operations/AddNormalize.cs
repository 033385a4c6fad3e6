namespace Colossus.Plan.Programs.Operations;

/// <summary><see cref="Add"/> and the <see cref="Normalize"/> of its sum in one pass over the rows; the same bits as one after the other.</summary>
/// <param name="add">The addition.</param>
/// <param name="normalize">The norm of its sum.</param>
public sealed class AddNormalize(Add add, Normalize normalize) : Operation
{
    /// <summary>The addition.</summary>
    public Add Addition { get; } = add;

    /// <summary>The norm of its sum.</summary>
    public Normalize Normalize { get; } = normalize;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => Addition.Reads;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Addition.Sum, .. Normalize.Writes];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => Normalize.Weights;
}
