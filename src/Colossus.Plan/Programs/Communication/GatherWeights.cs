namespace Colossus.Plan.Programs.Communication;

/// <summary>Begins to gather the slices of a bucket's weights into memory of this pass (ZeRO-3): every rank lays its slice there and copies those of the others.</summary>
/// <param name="bucket">The bucket.</param>
/// <param name="format">The format in which operations read it.</param>
/// <param name="value">Receives the weights.</param>
public sealed class GatherWeights(int bucket, ValueFormat format, Value value) : BucketCommunication(bucket, value)
{
    /// <summary>The format in which operations read it.</summary>
    public ValueFormat Format { get; } = format;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Value!];
}
