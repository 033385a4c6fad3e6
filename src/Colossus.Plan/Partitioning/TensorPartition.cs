using Colossus.Plan.Layouts;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Programs.Operations;
using Colossus.Specs.Jobs;

namespace Colossus.Plan.Partitioning;

/// <summary>
/// The rewrite of a model for ranks that share each matrix: heads, the inside of the feed-forward part and the vocabulary are divided, and what then is a sum over ranks is exchanged
/// (arXiv 1909.08053). With sequence parallelism the rows between matrices are divided too (arXiv 2205.05198).
/// </summary>
/// <remarks>
/// It follows from the dims of an operation's weights. Where outputs are divided, each rank needs the whole input: the rows of all ranks are gathered, or, where all have them, gradients are summed.
/// Where inputs are divided, outputs are summands of all rows. Everything else computes on what is there.
/// </remarks>
internal sealed class TensorPartition : RowPartition
{
    private readonly ModelSpec model;
    private readonly RankShare share;
    private readonly Dictionary<Value, Value> complete = [];
    private readonly Dictionary<Value, Value> summands = [];
    private List<Operation> operations = [];
    private bool dividesRows;
    private bool readsComplete;
    private bool sumsGradients;

    /// <summary>A rewrite for one rank.</summary>
    /// <param name="model">The model.</param>
    /// <param name="share">The rank's share.</param>
    public TensorPartition(ModelSpec model, RankShare share)
    {
        this.model = model;
        this.share = share;
    }

    /// <inheritdoc/>
    public override int Tensor => share.Tensor;

    // Ranks beyond the heads of keys and values have copies of them.
    private int KvShares => Math.Min(share.Tensor, model.KvHeads);

    /// <summary>Rewrites consecutive blocks.</summary>
    /// <param name="blocks">Of the whole model.</param>
    public IReadOnlyList<Block> Divide(IReadOnlyList<Block> blocks)
    {
        dividesRows = share.SequenceParallel;
        return [.. blocks.Select(Divide)];
    }

    /// <inheritdoc/>
    public override Value Of(Value value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (summands.TryGetValue(value, out Value? summand) || (readsComplete && complete.TryGetValue(value, out summand)))
        {
            return summand;
        }

        return base.Of(value);
    }

    /// <inheritdoc/>
    public override Weight Of(Weight weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        if (weight.Expert is not null)
        {
            // Tensor ranks route rows of their own: to an expert they are replicas like others.
            return weight;
        }

        (Extent rows, int firstRow, int copies) = Divided(weight.Rows);
        (Extent? columns, int firstColumn) = (weight.Columns, 0);
        if (weight.Columns is { } whole)
        {
            (Extent part, firstColumn, _) = Divided(whole);
            columns = part;
            copies = part == whole ? copies : 1;
        }

        bool sums = copies > 1 && (sumsGradients || rows != weight.Rows);
        return weight with { Rows = rows, Columns = columns, Part = new WeightPart(firstRow, firstColumn, weight.Rows.Size, copies, share.TensorPlace % copies, sums) };
    }

    /// <inheritdoc/>
    public override AttentionGeometry Of(AttentionGeometry geometry)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        return geometry with { Heads = geometry.Heads / share.Tensor, KvHeads = geometry.KvHeads / KvShares };
    }

    /// <inheritdoc/>
    public override TokenRows Of(TokenRows rows, Value value)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return IsRowDivided(value) ? rows with { First = share.TensorPlace * Of(value).Rows.Size } : rows;
    }

    /// <inheritdoc/>
    protected override Extent Rows(Extent rows) => dividesRows ? rows with { Size = rows.Size / share.Tensor } : rows;

    /// <inheritdoc/>
    protected override Extent Columns(Extent columns) => Divided(columns).Part;

    private Block Divide(Block block)
    {
        operations = [];
        if (block.Input is { } input)
        {
            _ = Of(input);
        }

        foreach (Operation operation in block.Operations)
        {
            Divide(operation);
        }

        return new Block(block.Index, block.Input is null ? null : Local[block.Input], block.Output is null ? null : Local[block.Output], operations);
    }

    private void Divide(Operation operation)
    {
        switch (operation)
        {
            case Product product when IsDivided(product.Weights[0].Rows):
                Complete(product.Input);
                Add(product, rowsAreDivided: false);
                break;
            case OutputHead head:
                Complete(head.Input);
                Add(head, rowsAreDivided: false);
                break;
            case Product product when product.Weights[0].Columns is { } inputs && IsDivided(inputs):
                AddSummands(product, product.Output);
                break;
            case AssembleHeads assemble:
                Complete(assemble.RotaryKey);
                Add(assemble, rowsAreDivided: false);
                break;
            case EmbeddingLookup lookup:
                AddSummands(lookup, lookup.Output);
                break;
            default:
                Add(operation, operation.Reads.Any(IsRowDivided));
                break;
        }
    }

    private void Add(Operation operation, bool rowsAreDivided)
    {
        dividesRows = rowsAreDivided;
        readsComplete = !rowsAreDivided;
        sumsGradients = rowsAreDivided || operation.Reads.Concat(operation.Writes).Any(value => value.Columns.Any(IsDivided));
        operations.Add(operation.Mapped(this));
        readsComplete = false;
    }

    // Each rank has a part of the output of all rows: it reads the whole input.
    private void Complete(Value input)
    {
        if (complete.ContainsKey(input))
        {
            return;
        }

        Value mine = Local[input];
        if (IsRowDivided(input))
        {
            var all = new Value(mine.Name + ".gathered", mine.Format, input.Rows, mine.Columns);
            operations.Add(new GatherRows(mine, all, GroupAxis.Tensor, RowShares.Consecutive(input.Rows.Size, share.Tensor)));
            complete.Add(input, all);
        }
        else
        {
            Value shared = mine.Like(mine.Name + ".shared", mine.Format);
            operations.Add(new ShareRows(mine, shared, GroupAxis.Tensor, RowShares.Consecutive(mine.Rows.Size, share.Tensor)));
            complete.Add(input, shared);
        }
    }

    // Each rank has a summand of all rows of the output.
    private void AddSummands(Operation operation, Value output)
    {
        var summand = new Value(output.Name + ".summand", output.Format, output.Rows, output.Columns);
        summands.Add(output, summand);
        Add(operation, rowsAreDivided: false);
        summands.Remove(output);
        dividesRows = share.SequenceParallel;
        Value sum = Of(output);
        RowShares shares = RowShares.Consecutive(summand.Rows.Size, share.Tensor);
        operations.Add(dividesRows ? new SumRows(summand, sum, GroupAxis.Tensor, shares) : new SumAllRows(summand, sum, GroupAxis.Tensor, shares));
    }

    private bool IsRowDivided(Value value) => Local.TryGetValue(value, out Value? mine) && mine.Rows.Size != value.Rows.Size;

    private bool IsDivided(Extent extent) => extent.Dim is Dim.Heads or Dim.KvHeads or Dim.Ffn or Dim.Vocab;

    private (Extent Part, int First, int Copies) Divided(Extent extent)
    {
        if (!IsDivided(extent))
        {
            return (extent, 0, share.Tensor);
        }

        int shares = extent.Dim == Dim.KvHeads ? KvShares : share.Tensor;
        int size = extent.Dim == Dim.Vocab ? VocabularyRows.OfRank(extent.Size, shares) : extent.Size / shares;
        int copies = share.Tensor / shares;
        return (extent with { Size = size }, share.TensorPlace / copies * size, copies);
    }
}
