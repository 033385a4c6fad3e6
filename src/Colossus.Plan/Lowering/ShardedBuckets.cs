using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;

namespace Colossus.Plan.Lowering;

/// <summary>
/// The rewrite of one pass for weights and gradients that ranks share: weights are gathered before their first use, one bucket ahead, and given back after their last;
/// gradients are reduced as soon as the pass has written all of a bucket, beside what it computes next.
/// </summary>
/// <param name="sharding">What is shared.</param>
/// <param name="formats">Number formats.</param>
internal sealed class ShardedBuckets(Sharding sharding, NumberFormats formats)
{
    private readonly Dictionary<(int Bucket, ValueFormat Format), Value> weights = [];
    private readonly Dictionary<int, Value> gradients = [];

    /// <summary>The buckets that the pass holds for a while, in the order in which they were first met.</summary>
    /// <param name="operation">An operation of the pass.</param>
    /// <returns>The memory behind the weights that it reads and the gradients that it writes.</returns>
    public IEnumerable<Value> UsedBy(Operation operation)
    {
        if (sharding.Weights)
        {
            foreach (Weight weight in operation.Weights)
            {
                yield return Gathered(weight.Bucket, operation.WeightFormat);
            }
        }

        if (sharding.Gradients)
        {
            foreach (Weight weight in operation.Gradients)
            {
                yield return GradientOf(weight.Bucket);
            }
        }
    }

    /// <summary>The gathered weights of a bucket; null where a rank has them all the time.</summary>
    public Value? FindWeights(int bucket, ValueFormat format) => sharding.Weights ? Gathered(bucket, format) : null;

    /// <summary>A bucket's gradients of one micro-batch; null where they are kept for the whole step.</summary>
    public Value? FindGradients(int bucket) => sharding.Gradients ? GradientOf(bucket) : null;

    /// <summary>Adds what gathers weights and reduces gradients.</summary>
    /// <param name="pass">The operations of a pass.</param>
    public List<Operation> Rewrite(IReadOnlyList<Operation> pass) => Gather(Reduce(pass));

    // Behind the last operation that writes a gradient of a bucket. The wait for one bucket comes before the next one is reduced, or at the end.
    private List<Operation> Reduce(IReadOnlyList<Operation> pass)
    {
        Dictionary<int, int> last = [];
        for (int i = 0; i < pass.Count; i++)
        {
            foreach (Weight weight in pass[i].Gradients)
            {
                last[weight.Bucket] = i;
            }
        }

        var operations = new List<Operation>();
        ReduceGradients? open = null;
        for (int i = 0; i < pass.Count; i++)
        {
            operations.Add(pass[i]);
            foreach (int bucket in last.Where(pair => pair.Value == i).Select(pair => pair.Key).Order())
            {
                Close();
                var reduce = new ReduceGradients(bucket, FindGradients(bucket));
                operations.Add(reduce);
                open = reduce.Value is null ? null : reduce;
            }
        }

        Close();
        return operations;

        void Close()
        {
            if (open is not null)
            {
                operations.Add(new AwaitGradients(open));
                open = null;
            }
        }
    }

    private List<Operation> Gather(List<Operation> pass)
    {
        if (!sharding.Weights)
        {
            return pass;
        }

        var uses = new Dictionary<(int Bucket, ValueFormat Format), (int First, int Last)>();
        for (int i = 0; i < pass.Count; i++)
        {
            foreach (Weight weight in pass[i].Weights)
            {
                var key = Key(weight.Bucket, pass[i].WeightFormat);
                uses[key] = (uses.TryGetValue(key, out var use) ? use.First : i, i);
            }
        }

        var order = uses.OrderBy(pair => pair.Value.First).ThenBy(pair => pair.Key).ToList();
        GatherWeights[] gathers = [.. order.Select(pair => new GatherWeights(pair.Key.Bucket, pair.Key.Format, Gathered(pair.Key.Bucket, pair.Key.Format)))];
        var operations = new List<Operation>(pass.Count + (3 * gathers.Length));
        for (int i = 0; i < pass.Count; i++)
        {
            for (int k = 0; k < gathers.Length; k++)
            {
                if ((k == 0 ? 0 : order[k - 1].Value.First) == i)
                {
                    operations.Add(gathers[k]);
                }
            }

            operations.AddRange(gathers.Where((_, k) => order[k].Value.First == i).Select(gather => new AwaitWeights(gather)));
            operations.Add(pass[i]);
            operations.AddRange(gathers.Where((_, k) => order[k].Value.Last == i).Select(gather => new ReleaseWeights(gather)));
        }

        return operations;
    }

    // Where weights have one format only, whoever reads them reads the same.
    private (int Bucket, ValueFormat Format) Key(int bucket, ValueFormat format) => (bucket, formats.SeparateMatrices ? format : ValueFormat.Residual);

    private Value Gathered(int bucket, ValueFormat format)
    {
        var key = Key(bucket, format);
        if (!weights.TryGetValue(key, out Value? value))
        {
            value = Vector($"weights.{bucket}.{key.Format}", key.Format, sharding.Table.Buckets[bucket].ReadIn(key.Format, formats));
            weights.Add(key, value);
        }

        return value;
    }

    private Value GradientOf(int bucket)
    {
        if (!gradients.TryGetValue(bucket, out Value? value))
        {
            value = Vector($"gradients.{bucket}", ValueFormat.Residual, sharding.Table.Buckets[bucket].Range);
            gradients.Add(bucket, value);
        }

        return value;
    }

    // As rows of the alignment: a bucket may have more elements than a dim can count.
    private static Value Vector(string name, ValueFormat format, FlatRange range) => new(
        name, format, new Extent(Dim.One, checked((int)(range.Count / ParameterTable.Alignment))), new Extent(Dim.One, ParameterTable.Alignment));
}
