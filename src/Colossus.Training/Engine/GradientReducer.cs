using Colossus.Plan.Parameters;
using Colossus.Training.Kernels;
using Colossus.Training.Memory;

namespace Colossus.Training.Engine;

/// <summary>
/// Sums the ranks' gradients in this rank's slices (ZeRO-1), straight from the memory into which backward passes write them.
/// A bucket is summed once all ranks have it; whenever one more is complete here, those that have become ready are done, so most of the work lies within the backward pass.
/// </summary>
/// <typeparam name="TGradient">Type of the gradients.</typeparam>
internal sealed unsafe class GradientReducer<TGradient> : IDisposable
    where TGradient : unmanaged, IElement<TGradient>
{
    private readonly SharedState state;
    private readonly FlatRange[] slices;
    private readonly long[] offsets;
    private readonly float* sums;
    private readonly double[] squares;
    private readonly List<int> waiting = [];
    private readonly Arena arena = new();
    private long step;

    public GradientReducer(SharedState state, ParameterTable table)
    {
        this.state = state;
        int rank = state.Group.Rank;
        slices = [.. Enumerable.Range(0, table.Buckets.Count).Select(bucket => table.Slice(bucket, rank, state.Group.Size))];
        offsets = new long[slices.Length];
        for (int bucket = 1; bucket < slices.Length; bucket++)
        {
            offsets[bucket] = offsets[bucket - 1] + slices[bucket - 1].Count;
        }

        sums = arena.Take<float>(offsets[^1] + slices[^1].Count);
        squares = new double[slices.Length];
    }

    /// <summary>This rank's slices, one a bucket.</summary>
    public IReadOnlyList<FlatRange> Slices => slices;

    /// <summary>The summed gradient of a slice.</summary>
    /// <param name="bucket">The bucket.</param>
    public float* SumOf(int bucket) => sums + offsets[bucket];

    /// <summary>Begins a step.</summary>
    public void Begin(long step)
    {
        this.step = step;
        waiting.Clear();
    }

    /// <summary>Tells the others that this rank's gradients of a bucket are complete, and sums what all have.</summary>
    /// <param name="bucket">The bucket.</param>
    public void BucketDone(int bucket)
    {
        state.Group.Advance(Counter.FirstBucket + bucket, step);
        waiting.Add(bucket);
        waiting.RemoveAll(candidate =>
        {
            bool ready = state.Group.IsReached(Counter.FirstBucket + candidate, step);
            if (ready)
            {
                Reduce(candidate);
            }

            return ready;
        });
    }

    /// <summary>Waits for the buckets that are not summed yet.</summary>
    /// <returns>Sum of squares over this rank's slices.</returns>
    public double Finish()
    {
        foreach (int bucket in waiting)
        {
            state.Group.WaitForAll(Counter.FirstBucket + bucket, step);
            Reduce(bucket);
        }

        waiting.Clear();

        // In the order of buckets, not in that of completion: the same bits each time.
        return squares.Sum();
    }

    /// <inheritdoc/>
    public void Dispose() => arena.Dispose();

    private void Reduce(int bucket)
    {
        var slice = slices[bucket];
        int ranks = state.Group.Size;
        TGradient** gradients = stackalloc TGradient*[ranks];
        float** accumulators = stackalloc float*[ranks];
        for (int rank = 0; rank < ranks; rank++)
        {
            gradients[rank] = (TGradient*)state.Gradients.Of(rank) + slice.Start;
            accumulators[rank] = state.Accumulators is { } sums ? (float*)sums.Of(rank) + slice.Start : null;
        }

        squares[bucket] = AdamW.ReduceRange(gradients, state.Accumulators is null ? null : accumulators, ranks, SumOf(bucket), slice.Count);
    }
}
