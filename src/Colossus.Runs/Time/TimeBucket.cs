namespace Colossus.Runs.Time;

/// <summary>What a rank's time was spent on. Every second lies in exactly one.</summary>
public enum TimeBucket
{
    /// <summary>Forward and backward passes.</summary>
    Compute,

    /// <summary>Waiting for other ranks' data while nothing is computed.</summary>
    ExposedCommunication,

    /// <summary>The update of the weights.</summary>
    Optimizer,

    /// <summary>Waiting for samples.</summary>
    Data,

    /// <summary>Training stood still for a checkpoint.</summary>
    Checkpoint,

    /// <summary>Measuring on held-out text, and writing the sample of text.</summary>
    Evaluation,

    /// <summary>From the start of the run to the first step.</summary>
    Startup,

    /// <summary>From a fault until it was noticed.</summary>
    Detection,

    /// <summary>From a noticed fault until training goes on.</summary>
    Restart,

    /// <summary>Steps that had been computed before and were lost.</summary>
    Recomputed,

    /// <summary>None of the others.</summary>
    Idle,
}
