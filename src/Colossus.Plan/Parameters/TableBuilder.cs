using Colossus.Plan.Programs;

namespace Colossus.Plan.Parameters;

/// <summary>Gives the weights of one block after another their places.</summary>
internal sealed class TableBuilder
{
    private readonly List<Parameter> parameters = [];
    private readonly List<Bucket> buckets = [];
    private readonly Dictionary<string, Parameter> known = new(StringComparer.Ordinal);
    private long end;

    /// <summary>The parameters in the order of their first use.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>The buckets in the order of the flat vector.</summary>
    public IReadOnlyList<Bucket> Buckets => buckets;

    /// <summary>Adds the weights of a block.</summary>
    /// <param name="block">The block behind the last one.</param>
    public void Add(Block block)
    {
        // Weights that one operation reads together are one matrix.
        var uses = block.Operations
            .SelectMany(operation => operation.Weights.Select((weight, index) => (Weight: weight, operation.WeightFormat, Touches: index > 0)))
            .DistinctBy(use => use.Weight);
        foreach (var bucket in uses.GroupBy(use => use.Weight.Bucket).OrderBy(group => group.Key))
        {
            long start = end;
            if (bucket.Key != buckets.Count)
            {
                throw new InvalidOperationException($"{bucket.First().Weight.Name} is in bucket {bucket.Key}, and the next one is {buckets.Count}");
            }

            if (known.TryGetValue(bucket.First().Weight.Name, out Parameter? source))
            {
                end = RoundUp(end + source.Count);
                var whole = new FlatRange(start, end - start);
                buckets.Add(new Bucket(block.Index, whole, new FlatRange(start, 0), whole, source));
                continue;
            }

            var placed = new Dictionary<Weight, long>();
            long Place(ValueFormat format)
            {
                foreach (var use in bucket.Where(use => use.WeightFormat == format))
                {
                    end = use.Touches ? end : RoundUp(end);
                    placed.Add(use.Weight, end);
                    end += use.Weight.Count;
                }

                end = RoundUp(end);
                return end;
            }

            long middle = Place(ValueFormat.Residual);
            Place(ValueFormat.Product);
            buckets.Add(new Bucket(block.Index, new FlatRange(start, end - start), new FlatRange(start, middle - start), new FlatRange(middle, end - middle), null)
            {
                HoldsExperts = bucket.Any(use => use.Weight.Expert is not null),
            });
            foreach (var use in bucket)
            {
                var parameter = new Parameter(use.Weight, placed[use.Weight], bucket.Key);
                parameters.Add(parameter);
                known.Add(parameter.Name, parameter);
            }
        }
    }

    private static long RoundUp(long value) => (value + ParameterTable.Alignment - 1) / ParameterTable.Alignment * ParameterTable.Alignment;
}
