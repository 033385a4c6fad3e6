using System.Text.Json.Serialization;

namespace Colossus.Protocol.Time;

/// <summary>
/// What a rank's time was spent on. Every second lies in exactly one. In JSON the names are in camelCase.
/// </summary>
/// <remarks>
/// Exposed communication, in which a rank waits for others and computes nothing, is told apart by the axis of the rank grid along which it waits:
/// <c>Exposed</c> and the name of the axis. Another axis is another value here and nothing else.
/// </remarks>
[JsonConverter(typeof(TimeBucketConverter))]
public enum TimeBucket
{
    /// <summary>Forward and backward passes.</summary>
    Compute,

    /// <summary>Waiting for ranks with the same weights, or for all, while nothing is computed: gradients, gathered weights, the norm of the gradient.</summary>
    ExposedData,

    /// <summary>Waiting for the ranks that share each matrix while nothing is computed.</summary>
    ExposedTensor,

    /// <summary>Waiting for the ranks that share each sequence while nothing is computed.</summary>
    ExposedContext,

    /// <summary>Waiting for the ranks that share the experts while nothing is computed.</summary>
    ExposedExpert,

    /// <summary>Waiting for messages of other pipeline stages while nothing is computed: the bubble, and stages that are slower.</summary>
    ExposedPipeline,

    /// <summary>The update of the weights.</summary>
    Optimizer,

    /// <summary>Waiting for samples.</summary>
    Data,

    /// <summary>Training stood still for a checkpoint.</summary>
    Checkpoint,

    /// <summary>Measuring on held-out text, and writing the sample of text.</summary>
    Evaluation,

    /// <summary>From the start of the run to the first step; of a process: loading, before its first assignment.</summary>
    Startup,

    /// <summary>From a fault until it was noticed; a process does not know this of itself.</summary>
    Detection,

    /// <summary>From a noticed fault until training goes on; of a process: joining an epoch and restoring its state.</summary>
    Restart,

    /// <summary>Steps that had been computed before and were lost.</summary>
    Recomputed,

    /// <summary>None of the others.</summary>
    Idle,
}
