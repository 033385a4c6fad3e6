namespace Colossus.Specs.Jobs;

/// <summary>How the gradients of micro-batches are added up.</summary>
public enum GradientSums
{
    /// <summary>As 32-bit floats, in an order that follows from the layout; <c>fast</c>.</summary>
    Fast,

    /// <summary>As 64-bit integers, whose sum does not depend on the order: ZeRO, the number of data ranks and their shares of the batch change no bit of the weights; <c>exact</c>.</summary>
    Exact,
}
