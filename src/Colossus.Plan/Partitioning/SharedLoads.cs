using Colossus.Plan.Layouts;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Programs.Operations;

namespace Colossus.Plan.Partitioning;

/// <summary>The rewrite by which ranks that share a micro-batch know how many of its tokens chose each expert: the load-balancing loss is that of all of them.</summary>
internal static class SharedLoads
{
    /// <summary>Rewrites consecutive blocks.</summary>
    /// <param name="blocks">Of a rank that routes its own rows.</param>
    /// <param name="share">The rank's share.</param>
    public static IReadOnlyList<Block> Divide(IReadOnlyList<Block> blocks, RankShare share) =>
        [.. blocks.Select(block => block with { Operations = [.. block.Operations.SelectMany(operation => operation is Route route ? Divide(route, share) : [operation])] })];

    private static IEnumerable<Operation> Divide(Route route, RankShare share)
    {
        var gathers = new List<Operation>();
        Value loads = route.Routing.Loads;
        foreach (var (axis, ranks) in (ReadOnlySpan<(GroupAxis, int)>)[(GroupAxis.Context, share.Context), (GroupAxis.Tensor, share.Tensor)])
        {
            if (ranks > 1)
            {
                var all = new Value($"{loads.Name}.{axis}", loads.Format, loads.Rows with { Size = loads.Rows.Size * ranks }, loads.Columns);
                gathers.Add(new GatherRows(loads, all, axis, RowShares.Consecutive(all.Rows.Size, ranks)));
                loads = all;
            }
        }

        return [new Route(route.Layer, route.Logits, route.Bias, route.Routing, loads), .. gathers];
    }
}
