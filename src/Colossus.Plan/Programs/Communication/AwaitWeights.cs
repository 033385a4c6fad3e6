namespace Colossus.Plan.Programs.Communication;

/// <summary>Waits until gathered weights are there.</summary>
/// <param name="gather">What gathers them.</param>
public sealed class AwaitWeights(GatherWeights gather) : BucketCommunication(gather.Bucket, gather.Value)
{
    /// <summary>What gathers them.</summary>
    public GatherWeights Gather { get; } = gather;
}
