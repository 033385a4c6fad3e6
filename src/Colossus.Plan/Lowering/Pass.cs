using Colossus.Plan.Programs;

namespace Colossus.Plan.Lowering;

/// <summary>One pass of a chunk over a micro-batch: operations in their order, and where their values lie.</summary>
public sealed class Pass
{
    private readonly IReadOnlyDictionary<Value, Place> places;
    private readonly ShardedBuckets buckets;

    internal Pass(IReadOnlyList<Operation> operations, IReadOnlyDictionary<Value, Place> places, ShardedBuckets buckets, long scratchBytes, long exchangeBytes)
    {
        Operations = operations;
        this.places = places;
        this.buckets = buckets;
        ScratchBytes = scratchBytes;
        ExchangeBytes = exchangeBytes;
    }

    /// <summary>The operations in their order.</summary>
    public IReadOnlyList<Operation> Operations { get; }

    /// <summary>Bytes of <see cref="Area.Scratch"/> that the pass uses.</summary>
    public long ScratchBytes { get; }

    /// <summary>Bytes of <see cref="Area.Exchange"/> that the pass uses.</summary>
    public long ExchangeBytes { get; }

    /// <summary>Multiplications and additions.</summary>
    public double Flops => Operations.Sum(operation => operation.Flops);

    /// <summary>Where a value lies in this pass.</summary>
    /// <param name="value">A value that an operation of the pass reads or writes.</param>
    public Place PlaceOf(Value value) => places[value];

    /// <summary>The weights of a bucket that the pass gathers (ZeRO-3).</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="format">The format in which they are read.</param>
    /// <returns>The elements that <see cref="Parameters.Bucket.ReadIn"/> says; null where a rank has them all the time.</returns>
    public Value? WeightsOf(int bucket, ValueFormat format) => buckets.FindWeights(bucket, format);

    /// <summary>The gradients of a bucket that the pass writes (ZeRO-2 and 3).</summary>
    /// <param name="bucket">The bucket.</param>
    /// <returns>The whole bucket; null where its gradients are kept for the whole step.</returns>
    public Value? GradientsOf(int bucket) => buckets.FindGradients(bucket);
}
