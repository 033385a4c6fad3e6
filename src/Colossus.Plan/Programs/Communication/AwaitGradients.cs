namespace Colossus.Plan.Programs.Communication;

/// <summary>Waits until the gradients of a micro-batch are summed and the other ranks have read this rank's, and gives their memory back.</summary>
/// <param name="reduce">What sums them.</param>
public sealed class AwaitGradients(ReduceGradients reduce) : BucketCommunication(reduce.Bucket, reduce.Value)
{
    /// <summary>What sums them.</summary>
    public ReduceGradients Reduce { get; } = reduce;
}
