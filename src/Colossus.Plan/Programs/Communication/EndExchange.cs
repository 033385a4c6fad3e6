using Colossus.Plan.Layouts;

namespace Colossus.Plan.Programs.Communication;

/// <summary>Waits until the others have read what the last exchange of a pass along an axis shared, so that the memory may be used again.</summary>
/// <param name="axis">The axis of the group.</param>
public sealed class EndExchange(GroupAxis axis) : Communication
{
    /// <summary>The axis of the group.</summary>
    public GroupAxis Axis { get; } = axis;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [];

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(EndExchange)}({Axis})";
}
