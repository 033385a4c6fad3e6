namespace Colossus.Plan.Ranks;

/// <summary>How ranks exchange bytes.</summary>
public enum TrafficKind
{
    /// <summary>Each rank of a group gets the sum of its part.</summary>
    ReduceScatter,

    /// <summary>Each rank of a group gets the parts of all.</summary>
    AllGather,

    /// <summary>Each rank of a group gets something of its own from each other.</summary>
    AllToAll,

    /// <summary>From one rank to another.</summary>
    Message,
}
