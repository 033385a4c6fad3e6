using Colossus.Plan.Layouts;

namespace Colossus.Plan.Programs.Communication;

/// <summary>
/// An exchange of rows of a value among ranks that share the work on a micro-batch. It returns when the result is there. What others read lies in <see cref="Lowering.Area.Exchange"/>,
/// until the next exchange along the same axis has shown that they have read it.
/// </summary>
/// <param name="axis">The axis of the group.</param>
public abstract class RowCommunication(GroupAxis axis) : Communication
{
    /// <summary>The axis of the group.</summary>
    public GroupAxis Axis { get; } = axis;

    /// <summary>What the other ranks read.</summary>
    public abstract IReadOnlyList<Value> Shared { get; }
}
