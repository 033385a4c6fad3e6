using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Operations;

namespace Colossus.Plan.Partitioning;

/// <summary>A rewrite after which a rank has some rows of values, or some columns.</summary>
internal abstract class RowPartition : OperationMap
{
    private readonly Dictionary<Routing, Routing> routings = [];
    private readonly Dictionary<Extent, Extent> visits = [];

    /// <summary>The rank's part of each value that was met.</summary>
    protected Dictionary<Value, Value> Local { get; } = [];

    /// <inheritdoc/>
    public override Value Of(Value value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!Local.TryGetValue(value, out Value? part))
        {
            part = new Value(value.Name, value.Format, visits.GetValueOrDefault(value.Rows, Rows(value.Rows)), [.. value.Columns.Select(Columns)]);
            Local.Add(value, part);
        }

        return part;
    }

    /// <inheritdoc/>
    public override Routing Of(Routing routing)
    {
        ArgumentNullException.ThrowIfNull(routing);
        if (!routings.TryGetValue(routing, out Routing? mine))
        {
            mine = new Routing(routing.Name, Rows(routing.Weights.Rows), routing.Experts);
            routings.Add(routing, mine);
            visits[routing.Visits] = mine.Visits;
            foreach (var (whole, part) in routing.Values.Zip(mine.Values))
            {
                Local.Add(whole, part);
            }
        }

        return mine;
    }

    /// <inheritdoc/>
    public override VisitGroups Of(VisitGroups groups) => routings.Single(routing => routing.Key.Counts == groups.Counts).Value.Groups;

    /// <summary>The rank's part of the rows of a value that is met for the first time.</summary>
    protected abstract Extent Rows(Extent rows);

    /// <summary>The rank's part of some columns.</summary>
    protected abstract Extent Columns(Extent columns);
}
