namespace Colossus.Plan.Schedules;

/// <summary>What a stage computes in one action of a pipeline schedule.</summary>
public enum PassKind
{
    /// <summary>Forward pass of one micro-batch through one chunk.</summary>
    Forward,

    /// <summary>Backward pass; in the zero-bubble schedule only the gradients of inputs.</summary>
    Backward,

    /// <summary>Gradients of weights, split off the backward pass by the zero-bubble schedule.</summary>
    WeightGradient,
}
