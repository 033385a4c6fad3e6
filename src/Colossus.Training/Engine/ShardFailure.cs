using Colossus.Checkpoints;

namespace Colossus.Training.Engine;

/// <summary>A <see cref="CheckpointException"/> on its way from one rank to another.</summary>
internal sealed record ShardFailure(CheckpointFault Fault, string What, string Where, string? Value, string? Limit, string Next)
{
    /// <summary>What is sent of an exception.</summary>
    public static ShardFailure Of(CheckpointException error) => new(error.Fault, error.What, error.Where, error.Value, error.Limit, error.Next);

    /// <summary>The exception again.</summary>
    public CheckpointException ToException() => new(Fault, What, Where, Value, Limit, Next);
}
