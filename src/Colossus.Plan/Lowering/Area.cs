namespace Colossus.Plan.Lowering;

/// <summary>How long a value of a micro-batch is kept, and so in which memory it lies.</summary>
public enum Area
{
    /// <summary>Within one pass: memory that every pass uses again.</summary>
    Scratch,

    /// <summary>Within one pass, in memory that other ranks read: gathered weights, gradients that are reduced, and rows that ranks exchange which share the work on a micro-batch.</summary>
    Exchange,

    /// <summary>From the forward pass to the backward pass of the same micro-batch.</summary>
    ForwardToBackward,

    /// <summary>From the forward pass to the pass of weight gradients.</summary>
    ForwardToWeights,

    /// <summary>From the backward pass to the pass of weight gradients.</summary>
    BackwardToWeights,
}
