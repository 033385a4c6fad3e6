using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;

namespace Colossus.Plan.Parameters;

/// <summary>All parameters of a model in canonical order, and how they lie in one flat vector.</summary>
/// <remarks>
/// <para>
/// Weights, gradients and both moments of the optimizer are flat vectors of the same layout, so that reducing and updating are loops over one array.
/// Parameters follow each other in canonical order. Those that one matrix product uses together (q, k, v; gate, up) touch, so that they are
/// one matrix; before any other parameter the vector is padded to a multiple of <see cref="Alignment"/> elements. Padding is zero and stays zero.
/// </para>
/// <para>
/// A bucket is a run of parameters whose gradients are complete at the same point of the backward pass: the embedding, each layer, the final norm with the head.
/// Each rank owns one aligned slice of every bucket (ZeRO-1, arXiv 1910.02054): it reduces the gradients of that slice and updates it.
/// </para>
/// </remarks>
public sealed class ParameterTable
{
    /// <summary>Elements to which parameters and slices are aligned: 128 bytes of bf16.</summary>
    public const int Alignment = 64;

    private readonly Dictionary<string, Parameter> byName;

    private ParameterTable(IReadOnlyList<Parameter> parameters, IReadOnlyList<FlatRange> buckets)
    {
        Parameters = parameters;
        Buckets = buckets;
        byName = parameters.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
    }

    /// <summary>The parameters in canonical order.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The buckets in canonical order: embedding, layer 0 …, final norm and head. Together they cover the flat vector.</summary>
    public IReadOnlyList<FlatRange> Buckets { get; }

    /// <summary>Length of the flat vector, padding included.</summary>
    public long FlatCount => Buckets[^1].End;

    /// <summary>Number of trained values, without padding.</summary>
    public long ParameterCount => Parameters.Sum(parameter => parameter.Count);

    /// <summary>The parameter of a name.</summary>
    /// <param name="name">Hugging Face's name.</param>
    /// <exception cref="KeyNotFoundException">The model has no such parameter.</exception>
    public Parameter this[string name] => byName[name];

    /// <summary>Lays out the weights of a model in the order in which its program first uses them.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The table.</returns>
    /// <exception cref="NotSupportedException">The model has experts; they are priced, not trained yet.</exception>
    public static ParameterTable For(ModelSpec model)
    {
        var builder = new Builder();
        foreach (Block block in ModelProgram.Blocks(model, sequences: 1))
        {
            foreach (Operation operation in block.Operations)
            {
                // Weights that one product reads together are one matrix.
                for (int i = 0; i < operation.Weights.Count; i++)
                {
                    builder.Add(operation.Weights[i], touching: i > 0);
                }
            }

            builder.EndBucket();
        }

        return builder.Build();
    }

    /// <summary>The part of a bucket that a rank owns.</summary>
    /// <param name="bucket">Index into <see cref="Buckets"/>.</param>
    /// <param name="rank">The data-parallel rank.</param>
    /// <param name="ranks">The number of data-parallel ranks.</param>
    /// <returns>An aligned range, possibly empty; those of all ranks cover the bucket.</returns>
    public FlatRange Slice(int bucket, int rank, int ranks)
    {
        var whole = Buckets[bucket];
        long Bound(int index) => whole.Start + (whole.Count / Alignment * index / ranks * Alignment);
        return new FlatRange(Bound(rank), Bound(rank + 1) - Bound(rank));
    }

    /// <summary>Cuts a range where weight decay changes.</summary>
    /// <param name="range">Any range of the flat vector.</param>
    /// <returns>Consecutive parts that cover the range, each with whether decay applies.</returns>
    public IEnumerable<(FlatRange Range, bool Decays)> SplitByDecay(FlatRange range)
    {
        long start = range.Start;
        bool decays = true;
        foreach (var parameter in Parameters)
        {
            // Padding belongs to the parameter before it: zero stays zero with or without decay.
            if (parameter.Start > start && parameter.Decays != decays)
            {
                long end = Math.Min(parameter.Start, range.End);
                if (end > start)
                {
                    yield return (new FlatRange(start, end - start), decays);
                    start = end;
                }
            }

            if (parameter.Start >= range.End)
            {
                break;
            }

            decays = parameter.Decays;
        }

        if (start < range.End)
        {
            yield return (new FlatRange(start, range.End - start), decays);
        }
    }

    private sealed class Builder
    {
        private readonly List<Parameter> parameters = [];
        private readonly List<FlatRange> buckets = [];
        private readonly HashSet<string> known = [];
        private long bucketStart;
        private long end;

        public void Add(Weight weight, bool touching)
        {
            if (known.Add(weight.Name))
            {
                end = touching ? end : RoundUp(end);
                var parameter = new Parameter(weight, end, buckets.Count);
                parameters.Add(parameter);
                end += parameter.Count;
            }
        }

        public void EndBucket()
        {
            end = RoundUp(end);
            buckets.Add(new FlatRange(bucketStart, end - bucketStart));
            bucketStart = end;
        }

        public ParameterTable Build() => new(parameters, buckets);

        private static long RoundUp(long value) => (value + Alignment - 1) / Alignment * Alignment;
    }
}
