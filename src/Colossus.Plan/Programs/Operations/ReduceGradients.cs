namespace Colossus.Plan.Programs.Operations;

/// <summary>The gradients of a block are complete: their reduction over the replicas may begin beside what is computed next.</summary>
/// <param name="bucket">The block, which is a bucket of gradients.</param>
public sealed class ReduceGradients(int bucket) : Operation
{
    /// <summary>The block, which is a bucket of gradients.</summary>
    public int Bucket { get; } = bucket;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [];

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(ReduceGradients)}({Bucket})";
}
