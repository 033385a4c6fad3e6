namespace Colossus.Plan.Programs.Operations;

/// <summary>Turns query and key heads by angles that grow with the position, in place: rotary positions (arXiv 2104.09864).</summary>
/// <param name="heads">[tokens, queries | keys | …]: the leading heads are turned.</param>
/// <param name="geometry">Heads and their width.</param>
/// <param name="positions">The angles.</param>
/// <param name="rows">Which tokens the rows are.</param>
/// <param name="inverse">Whether they are turned back: the gradient of turning.</param>
public sealed class Rotate(Value heads, AttentionGeometry geometry, RotaryPositions positions, TokenRows rows, bool inverse = false) : Operation
{
    /// <summary>What is turned.</summary>
    public Value Heads { get; } = heads;

    /// <summary>Heads and their width.</summary>
    public AttentionGeometry Geometry { get; } = geometry;

    /// <summary>The angles.</summary>
    public RotaryPositions Positions { get; } = positions;

    /// <summary>Which tokens its rows are.</summary>
    public TokenRows Rows { get; } = rows;

    /// <summary>Whether they are turned back.</summary>
    public bool Inverse { get; } = inverse;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Heads];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Heads];

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        backward.Add(new Rotate(backward.Of(Heads), Geometry, Positions, Rows, inverse: true));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Rotate(map.Of(Heads), map.Of(Geometry), Positions, map.Of(Rows, Heads));
    }
}
