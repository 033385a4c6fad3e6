namespace Colossus.Training.Engine;

/// <summary>What a rank's time is spent on; at each moment exactly one.</summary>
public enum TimeBucket
{
    /// <summary>Loading, before the first assignment.</summary>
    Startup,

    /// <summary>Forward and backward passes.</summary>
    Compute,

    /// <summary>Waiting for other ranks, and reducing what could not be done beside the backward pass.</summary>
    ExposedCommunication,

    /// <summary>Updating the weights.</summary>
    Optimizer,

    /// <summary>Reading tokens.</summary>
    Data,

    /// <summary>Standing still for a checkpoint.</summary>
    Checkpoint,

    /// <summary>Evaluating held-out text.</summary>
    Evaluation,

    /// <summary>Joining an epoch and restoring its state.</summary>
    Restart,

    /// <summary>Steps that had been done before.</summary>
    Recomputed,

    /// <summary>Ready, without work.</summary>
    Idle,
}
