namespace Colossus.Plan.Programs.Communication;

/// <summary>Gathered weights are needed no longer: waits until the other ranks have copied this rank's slice, and gives their memory back.</summary>
/// <param name="gather">What gathered them.</param>
public sealed class ReleaseWeights(GatherWeights gather) : BucketCommunication(gather.Bucket, gather.Value)
{
    /// <summary>What gathered them.</summary>
    public GatherWeights Gather { get; } = gather;
}
