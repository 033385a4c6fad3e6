using Colossus.Plan.Layouts;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Programs.Operations;

namespace Colossus.Plan.Partitioning;

/// <summary>
/// The rewrite of a model for ranks that share the experts: each has some of them whole, and visits go to and fro between dispatch and combination (arXiv 2006.16668). It comes last: attention and
/// all else may be shared along other axes of the same ranks.
/// </summary>
/// <param name="share">The rank's share.</param>
internal sealed class ExpertPartition(RankShare share)
{
    private readonly Dictionary<Value, Value> arrived = [];
    private Value? counts;
    private VisitGroups? here;
    private Extent rows;

    /// <summary>Rewrites consecutive blocks.</summary>
    /// <param name="blocks">Of a rank that has all experts.</param>
    public IReadOnlyList<Block> Divide(IReadOnlyList<Block> blocks) => [.. blocks.Select(block => block with { Operations = [.. block.Operations.SelectMany(Divide)] })];

    private IEnumerable<Operation> Divide(Operation operation)
    {
        switch (operation)
        {
            case Dispatch dispatch:
                yield return dispatch;
                Begin(dispatch.Routing);
                yield return new GatherRows(dispatch.Routing.Counts, counts!, GroupAxis.Expert, RowShares.Consecutive(share.Expert, share.Expert));
                yield return new ExchangeVisits(dispatch.Rows, Arrived(dispatch.Rows), counts!, toExperts: true, here);
                break;
            case GroupedProduct product:
                int experts = product.Experts.Count / share.Expert;
                yield return new GroupedProduct(Arrived(product.Input), Arrived(product.Output), here!, [.. product.Experts.Skip(share.ExpertPlace * experts).Take(experts)]);
                break;
            case Activate activate when activate.Groups is not null:
                yield return new Activate(Arrived(activate.Input), Arrived(activate.Output), activate.Activation, here);
                break;
            case Combine combine:
                yield return new ExchangeVisits(Arrived(combine.Rows), combine.Rows, counts!, toExperts: false, null);
                yield return combine;
                break;
            default:
                yield return operation;
                break;
        }
    }

    // There is room for the visits of all ranks' tokens: a token visits each expert here once at most, so that nothing can overflow.
    private void Begin(Routing routing)
    {
        int experts = routing.Experts.Count / share.Expert;
        long most = Math.Min((long)share.Expert * routing.Visits.Size, (long)share.Expert * routing.Weights.Rows.Size * Math.Min(routing.Experts.Active, experts));
        rows = new Extent(Dim.Visit, checked((int)most));
        counts = new Value(routing.Counts.Name + ".gathered", ValueFormat.Token, new Extent(Dim.One, share.Expert), routing.Counts.Columns);
        here = new VisitGroups(new Value(routing.Counts.Name + ".here", ValueFormat.Token, routing.Counts.Rows, new Extent(Dim.Expert, experts)), experts, routing.Visits.Size);
    }

    private Value Arrived(Value value)
    {
        if (!arrived.TryGetValue(value, out Value? mine))
        {
            mine = new Value(value.Name + ".arrived", value.Format, rows, value.Columns);
            arrived.Add(value, mine);
        }

        return mine;
    }
}
