using Colossus.Plan.Layouts;
using Colossus.Plan.Parameters;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Ranks;

/// <summary>The buckets that a rank's chunks use, and where each begins in the rank's own flat vectors: those of its chunks one behind the other, in the order of the model.</summary>
public sealed class RankBuckets
{
    private readonly Dictionary<int, long> offsets = [];
    private readonly ParameterTable table;

    private RankBuckets(ParameterTable table, IReadOnlyList<int> indices)
    {
        this.table = table;
        Indices = indices;
        foreach (int index in indices)
        {
            offsets.Add(index, GradientCount);
            GradientCount += table.Buckets[index].Range.Count;
            if (!IsAlias(index))
            {
                WeightCount = GradientCount;
            }
        }
    }

    /// <summary>The buckets in ascending order, that of a tied head last.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>Elements of the rank's vector of gradients.</summary>
    public long GradientCount { get; }

    /// <summary>Elements of its vector of weights: a tied head beside its embedding has none of its own.</summary>
    public long WeightCount { get; }

    /// <summary>The rank that shares a tied matrix with this one: the embedding's for that of the head, and the other way round; null where there is none or both are this one.</summary>
    public int? TiedStage { get; private init; }

    /// <summary>The buckets of a rank.</summary>
    /// <param name="model">The model.</param>
    /// <param name="table">Its parameters.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="stage">The rank's stage.</param>
    public static RankBuckets For(ModelSpec model, ParameterTable table, Layout layout, int stage)
    {
        ArgumentNullException.ThrowIfNull(table);
        ChunkBlocks[] chunks = ChunkBlocks.Of(model, layout.Chunks);
        int StageOf(int bucket) => Array.FindIndex(chunks, chunk => table.Buckets[bucket].Block < chunk.First + chunk.Count) % layout.Pipeline;
        int[] mine = [.. Enumerable.Range(0, table.Buckets.Count).Where(bucket => StageOf(bucket) == stage)];
        int last = table.Buckets.Count - 1;
        int? tied = null;
        if (table.Buckets[last].Source is { } source && StageOf(last) != StageOf(source.Bucket))
        {
            tied = stage == StageOf(last) ? StageOf(source.Bucket) : stage == StageOf(source.Bucket) ? StageOf(last) : null;
        }

        return new RankBuckets(table, mine) { TiedStage = tied };
    }

    /// <summary>Where a bucket begins in the rank's vector of gradients, in elements.</summary>
    /// <param name="bucket">One of <see cref="Indices"/>.</param>
    public long GradientOffset(int bucket) => offsets[bucket];

    /// <summary>Where a bucket begins in the rank's vector of weights, in elements: a tied head reads those of its embedding where the rank has it.</summary>
    /// <param name="bucket">One of <see cref="Indices"/>.</param>
    public long WeightOffset(int bucket)
    {
        if (!IsAlias(bucket))
        {
            return offsets[bucket];
        }

        Parameter source = table.Buckets[bucket].Source!;
        return offsets[source.Bucket] + source.Start - table.Buckets[source.Bucket].Range.Start;
    }

    /// <summary>Whether a bucket is a tied head whose weights lie in the embedding's bucket on this rank.</summary>
    /// <param name="bucket">One of <see cref="Indices"/>.</param>
    public bool IsAlias(int bucket) => table.Buckets[bucket].Source is { } source && offsets.ContainsKey(source.Bucket);
}
