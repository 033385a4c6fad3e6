namespace Colossus.Plan.Traces;

/// <summary>What a span of a trace is spent on. Real runs and estimates use the same kinds, so that their traces can be laid beside each other.</summary>
public enum SpanKind
{
    /// <summary>A whole optimizer step.</summary>
    Step,

    /// <summary>A forward pass of one micro-batch through one chunk.</summary>
    Forward,

    /// <summary>A backward pass; under the zero-bubble schedule only the gradients of inputs.</summary>
    Backward,

    /// <summary>Gradients of weights, split off the backward pass by the zero-bubble schedule.</summary>
    WeightGradient,

    /// <summary>A forward pass over held-out text.</summary>
    EvaluationPass,

    /// <summary>Reading the tokens of a micro-batch.</summary>
    ReadTokens,

    /// <summary>Waiting for a message from another stage, and copying it.</summary>
    Receive,

    /// <summary>Sending a message to another stage, and waiting for a place in its mailbox.</summary>
    Send,

    /// <summary>Waiting for other ranks: for a collective that is not hidden behind passes, or for all to come to the same point.</summary>
    Wait,

    /// <summary>Gathering a bucket's weights before a pass (ZeRO-3).</summary>
    GatherWeights,

    /// <summary>Summing a bucket's gradients over replicas.</summary>
    ReduceGradients,

    /// <summary>Gathering a bucket's summed gradients (ZeRO-0).</summary>
    GatherGradients,

    /// <summary>Gathering a bucket's new weights after the update.</summary>
    GatherUpdated,

    /// <summary>Exchanging rows of values with the ranks that compute the same micro-batch, and waiting for them.</summary>
    ExchangeRows,

    /// <summary>The update of weights and optimizer state.</summary>
    Optimizer,

    /// <summary>An evaluation on held-out text.</summary>
    Evaluation,

    /// <summary>Standing still for a checkpoint.</summary>
    Checkpoint,

    /// <summary>Copying, checking and writing a checkpoint beside the steps.</summary>
    CheckpointWrite,

    /// <summary>Restoring the state at the start of an epoch.</summary>
    Restore,

    /// <summary>Part of a priced step that no other kind covers.</summary>
    Other,
}
