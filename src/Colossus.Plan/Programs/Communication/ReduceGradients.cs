namespace Colossus.Plan.Programs.Communication;

/// <summary>
/// The gradients of a bucket are complete for this micro-batch. Where they have memory of this pass (ZeRO-2 and 3) every rank begins to add the sum over ranks of its slice to what it has of
/// earlier micro-batches. Where they have a place for the whole step they are summed over ranks once, after the last micro-batch.
/// </summary>
/// <param name="bucket">The bucket.</param>
/// <param name="value">The gradients of this micro-batch; null where they are kept for the whole step.</param>
public sealed class ReduceGradients(int bucket, Value? value) : BucketCommunication(bucket, value);
