namespace Colossus.Plan.Programs.Communication;

/// <summary>
/// Something that a rank does together with the ranks that hold the same weights. It returns at once, and an operation of its own waits for what it brings.
/// </summary>
/// <param name="bucket">The bucket of weights or gradients.</param>
/// <param name="value">Where the bucket lies in this pass; null where it has a place for the whole step.</param>
public abstract class BucketCommunication(int bucket, Value? value) : Communication
{
    /// <summary>The bucket of weights or gradients.</summary>
    public int Bucket { get; } = bucket;

    /// <summary>Where the bucket lies in this pass; null where it has a place for the whole step.</summary>
    public Value? Value { get; } = value;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => Value is null ? [] : [Value];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [];

    /// <inheritdoc/>
    public override string ToString() => Value is null ? $"{GetType().Name}({Bucket})" : $"{GetType().Name}({Value.Name})";
}
