using Colossus.Plan.Layouts;
using Colossus.Plan.Partitioning;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Parameters;

/// <summary>All parameters of a model in canonical order, and how they lie in one flat vector.</summary>
/// <remarks>
/// <para>
/// Weights, gradients and both moments of the optimizer are flat vectors of the same layout, so that reducing and updating are loops over one array. A bucket is a run of it
/// whose gradients are complete at one point of a backward pass. In each bucket come first the parameters that are read in the format of the residual stream, then the
/// operands of products. Those that one matrix product uses together (q, k, v; gate, up) touch, so that they are one matrix; before any other parameter the vector
/// is padded to a multiple of <see cref="Alignment"/> elements. Padding is zero and stays zero.
/// </para>
/// <para>
/// Each data-parallel rank has one slice of every bucket (ZeRO, arXiv 1910.02054): it reduces the gradients of that slice, and updates it. Slices are cut at blocks of
/// <see cref="SliceBlock"/> elements, so that sums over blocks do not depend on the number of ranks.
/// </para>
/// </remarks>
public sealed class ParameterTable
{
    /// <summary>Elements to which parameters are aligned: 128 bytes of bf16.</summary>
    public const int Alignment = 64;

    /// <summary>Slices of a bucket begin at multiples of this from the bucket's start.</summary>
    public const int SliceBlock = 4096;

    private readonly Dictionary<string, int> indices;
    private readonly Parameter[] byStart;

    private ParameterTable(IReadOnlyList<Parameter> parameters, IReadOnlyList<Bucket> buckets)
    {
        Parameters = parameters;
        Buckets = buckets;
        indices = parameters.Select((parameter, index) => (parameter.Name, index)).ToDictionary(StringComparer.Ordinal);
        byStart = [.. parameters.OrderBy(parameter => parameter.Start)];
    }

    /// <summary>The parameters in canonical order: that of their first use.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The buckets in the order of the flat vector: embedding, layer 0 …, final norm, head. That of a tied head comes last, behind all parameters.</summary>
    public IReadOnlyList<Bucket> Buckets { get; }

    /// <summary>Length of the flat vector of all parameters, padding included; without the bucket of a tied head.</summary>
    public long FlatCount => Buckets.Where(bucket => !bucket.IsCopy).Max(bucket => bucket.Range.End);

    /// <summary>Number of trained values, without padding.</summary>
    public long ParameterCount => Parameters.Sum(parameter => parameter.Count);

    /// <summary>The parameter of a name.</summary>
    /// <param name="name">Hugging Face's name.</param>
    /// <exception cref="KeyNotFoundException">The model has no such parameter.</exception>
    public Parameter this[string name] => Parameters[indices[name]];

    /// <summary>Index of one of <see cref="Parameters"/>.</summary>
    /// <param name="parameter">The parameter, of this table or of one for a share of the same model.</param>
    public int IndexOf(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return indices[parameter.Name];
    }

    /// <summary>Lays out the weights of a model in the order in which its program first uses them.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The table.</returns>
    public static ParameterTable For(ModelSpec model) => For(model, RankShare.Whole);

    /// <summary>Lays out what a rank has of the weights of a model. The tables of all ranks of a layout are alike but for <see cref="Weight.Part"/>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="share">The rank's share of it.</param>
    public static ParameterTable For(ModelSpec model, RankShare share)
    {
        var builder = new TableBuilder();
        foreach (Block block in share.Blocks(model, sequences: 1))
        {
            builder.Add(block);
        }

        return new ParameterTable(builder.Parameters, builder.Buckets);
    }

    /// <summary>Index in the flat vector of a weight's first element, in the bucket that uses it.</summary>
    /// <param name="weight">A weight of the model's program.</param>
    public long StartOf(Weight weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        Bucket bucket = Buckets[weight.Bucket];
        return bucket.IsCopy ? bucket.Range.Start : this[weight.Name].Start;
    }

    /// <summary>The part of a bucket that a data-parallel rank reduces and updates.</summary>
    /// <param name="bucket">Index into <see cref="Buckets"/>.</param>
    /// <param name="rank">Place among the ranks that share it.</param>
    /// <param name="ranks">How many share it.</param>
    /// <returns>A range of the flat vector, possibly empty; those of all ranks cover the bucket. Of a copy it is the same part of the parameter as in the parameter's own bucket.</returns>
    public FlatRange Slice(int bucket, int rank, int ranks)
    {
        Bucket whole = Buckets[bucket];
        if (whole.Source is { } source)
        {
            var own = new FlatRange(source.Start, whole.Range.Count);
            return Slice(source.Bucket, rank, ranks).Intersect(own).Shift(whole.Range.Start - source.Start);
        }

        long blocks = (whole.Range.Count + SliceBlock - 1) / SliceBlock;
        long Bound(int index) => Math.Min(blocks * index / ranks * SliceBlock, whole.Range.Count);
        return new FlatRange(whole.Range.Start + Bound(rank), Bound(rank + 1) - Bound(rank));
    }

    /// <summary>The part of a bucket that a rank of a layout reduces and updates.</summary>
    /// <param name="bucket">Index into <see cref="Buckets"/>.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="rank">The rank.</param>
    public FlatRange SliceOf(int bucket, in Layout layout, int rank)
    {
        var (place, count) = new RankGrid(layout).ReplicaOf(rank, Buckets[bucket].HoldsExperts);
        return Slice(bucket, place, count);
    }

    /// <summary>Cuts a range where the rule of the update changes.</summary>
    /// <param name="range">Any range of the flat vector.</param>
    /// <returns>Consecutive parts that cover the range, each with its rule.</returns>
    public IEnumerable<(FlatRange Range, UpdateRule Rule)> SplitByRule(FlatRange range)
    {
        long start = range.Start;
        var rule = UpdateRule.Decaying;
        foreach (var parameter in byStart)
        {
            // Padding belongs to the parameter before it: zero stays zero under every rule.
            if (parameter.Start > start && parameter.Rule != rule)
            {
                long end = Math.Min(parameter.Start, range.End);
                if (end > start)
                {
                    yield return (new FlatRange(start, end - start), rule);
                    start = end;
                }
            }

            if (parameter.Start >= range.End)
            {
                break;
            }

            rule = parameter.Rule;
        }

        if (start < range.End)
        {
            yield return (new FlatRange(start, range.End - start), rule);
        }
    }

    /// <summary>What a range of the flat vector holds: rectangles of parameters, in ascending order. Padding belongs to none.</summary>
    /// <param name="range">Any range of the flat vector of all parameters.</param>
    public IEnumerable<FlatBox> Boxes(FlatRange range)
    {
        foreach (Parameter parameter in byStart)
        {
            FlatRange part = range.Intersect(new FlatRange(parameter.Start, parameter.Count)).Shift(-parameter.Start);
            for (long at = part.Start; at < part.End;)
            {
                // The rest of a row, whole rows, or the beginning of one.
                long width = parameter.Width, row = at / width, column = at % width;
                long rows = column == 0 ? Math.Max(1, (part.End - at) / width) : 1;
                long columns = Math.Min(width - column, part.End - at);
                ParameterBox box = parameter.WholeBox(row, rows, column, columns);
                if (box.Count > 0)
                {
                    yield return new FlatBox(parameter, box, parameter.Start + at, width);
                }

                at += rows * columns;
            }
        }
    }

    /// <summary>The parts of a slice whose gradients this rank counts in the norm: all but copies of what another rank counts, and biases that are moved by loads.</summary>
    /// <param name="bucket">Index into <see cref="Buckets"/>.</param>
    /// <param name="slice">A range of the bucket that begins at one of its blocks.</param>
    /// <returns>Ranges that end where a block does, unless the slice or something that is left out ends them before: so blocks are the same however the bucket is sliced.</returns>
    public IEnumerable<FlatRange> CountedHere(int bucket, FlatRange slice)
    {
        long start = slice.Start;
        foreach (Parameter left in byStart.Where(parameter => parameter.Weight.Part is { Copy: > 0 } || parameter.Rule == UpdateRule.Balancing))
        {
            FlatRange part = slice.Intersect(new FlatRange(left.Start, left.Count));
            if (part.Count > 0)
            {
                foreach (FlatRange counted in InBlocks(bucket, start, part.Start))
                {
                    yield return counted;
                }

                start = part.End;
            }
        }

        foreach (FlatRange counted in InBlocks(bucket, start, slice.End))
        {
            yield return counted;
        }
    }

    // What lies in front of the first whole block, and the rest.
    private IEnumerable<FlatRange> InBlocks(int bucket, long start, long end)
    {
        long first = Buckets[bucket].Range.Start;
        long block = Math.Min(end, first + ((start - first + SliceBlock - 1) / SliceBlock * SliceBlock));
        return new[] { new FlatRange(start, block - start), new FlatRange(block, end - block) }.Where(range => range.Count > 0);
    }

    /// <summary>The elements of a bucket that belong to no parameter.</summary>
    /// <param name="bucket">Index into <see cref="Buckets"/>.</param>
    public IEnumerable<FlatRange> PaddingOf(int bucket)
    {
        FlatRange whole = Buckets[bucket].Range;
        long end = whole.Start;
        IEnumerable<FlatRange> used = Buckets[bucket].Source is { } source
            ? [new FlatRange(whole.Start, source.Count)]
            : byStart.Where(parameter => parameter.Bucket == bucket).Select(parameter => new FlatRange(parameter.Start, parameter.Count));
        foreach (FlatRange range in used.Append(new FlatRange(whole.End, 0)))
        {
            if (range.Start > end)
            {
                yield return new FlatRange(end, range.Start - end);
            }

            end = range.End;
        }
    }
}
