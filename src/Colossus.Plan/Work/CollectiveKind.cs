namespace Colossus.Plan.Work;

/// <summary>A pattern of communication among ranks.</summary>
public enum CollectiveKind
{
    /// <summary>Every rank gets the sum.</summary>
    AllReduce,

    /// <summary>Every rank gets all parts.</summary>
    AllGather,

    /// <summary>Every rank gets its part of the sum.</summary>
    ReduceScatter,

    /// <summary>Every rank sends a part to every other.</summary>
    AllToAll,

    /// <summary>One rank sends to one other.</summary>
    PointToPoint,
}
