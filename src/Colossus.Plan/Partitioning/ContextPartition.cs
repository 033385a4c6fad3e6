using Colossus.Plan.Layouts;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Programs.Operations;

namespace Colossus.Plan.Partitioning;

/// <summary>
/// The rewrite of a model for ranks that share each sequence: each has the rows of its tokens (<see cref="TokenRows"/>), and attention gathers keys and values of whole sequences. All weights are whole; their gradients
/// are summed as those of other replicas are (arXiv 2407.21783, section 3.3.2).
/// </summary>
/// <param name="share">The rank's share.</param>
internal sealed class ContextPartition(RankShare share) : RowPartition
{
    /// <inheritdoc/>
    public override int Tensor => 1;

    /// <summary>Rewrites consecutive blocks.</summary>
    /// <param name="blocks">Of the whole model.</param>
    public IReadOnlyList<Block> Divide(IReadOnlyList<Block> blocks) => [.. blocks.Select(Divide)];

    /// <inheritdoc/>
    public override Weight Of(Weight weight) => weight;

    /// <inheritdoc/>
    public override AttentionGeometry Of(AttentionGeometry geometry)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        return geometry with { Queries = Divided(geometry.Queries) };
    }

    /// <inheritdoc/>
    public override TokenRows Of(TokenRows rows, Value value) => Divided(rows);

    /// <inheritdoc/>
    protected override Extent Rows(Extent rows) => rows with { Size = rows.Size / share.Context };

    /// <inheritdoc/>
    protected override Extent Columns(Extent columns) => columns;

    private TokenRows Divided(TokenRows rows) => rows with { Sharers = share.Context, Place = share.ContextPlace };

    private Block Divide(Block block)
    {
        var operations = new List<Operation>();
        foreach (Operation operation in block.Operations)
        {
            Divide(operation, operations);
        }

        return new Block(block.Index, block.Input is null ? null : Of(block.Input), block.Output is null ? null : Of(block.Output), operations);
    }

    private void Divide(Operation operation, List<Operation> operations)
    {
        switch (operation)
        {
            case ReadTokens { Field: TokenField.FirstVisible } read:
                // Attention wants it for the keys, which are those of all.
                Local.Add(read.Tokens, read.Tokens);
                operations.Add(read);
                break;
            case CausalAttention attention:
                Value mine = Of(attention.QueriesKeysValues);
                var queries = new Value(mine.Name + ".queries", mine.Format, mine.Rows, mine.Columns[0]);
                var keysValues = new Value(mine.Name + ".keysValues", mine.Format, mine.Rows, [.. mine.Columns.Skip(1)]);
                var all = new Value(keysValues.Name + ".gathered", mine.Format, attention.QueriesKeysValues.Rows, keysValues.Columns);
                AttentionGeometry geometry = Of(attention.Geometry);
                operations.Add(new Split(mine, queries, keysValues));
                operations.Add(new GatherRows(keysValues, all, GroupAxis.Context, RowShares.OfSequences(geometry.Queries, geometry.Sequences)));
                operations.Add(new CausalAttention(queries, all, attention.FirstVisible, Of(attention.Output), Of(attention.LogSumExp), geometry));
                break;
            default:
                operations.Add(operation.Mapped(this));
                break;
        }
    }
}
