namespace Colossus.Collectives;

/// <summary>Some ranks of a world in the order of an axis of the grid.</summary>
public sealed record GroupShape
{
    /// <summary>The ranks, each once; a rank's place in the group is its index here.</summary>
    public required IReadOnlyList<int> Ranks { get; init; }
}
