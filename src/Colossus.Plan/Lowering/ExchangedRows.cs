using Colossus.Plan.Layouts;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;

namespace Colossus.Plan.Lowering;

/// <summary>What the ranks that share the work on a micro-batch read from each other within a pass, and for how long.</summary>
internal static class ExchangedRows
{
    /// <summary>Adds, at the end of a pass, the waits after which its memory may be used again.</summary>
    /// <param name="pass">The operations of a pass.</param>
    public static List<Operation> Close(List<Operation> pass)
    {
        IEnumerable<GroupAxis> axes = pass.OfType<RowCommunication>().Select(exchange => exchange.Axis).Distinct().Order();
        return [.. pass, .. axes.Select(axis => new EndExchange(axis))];
    }

    /// <summary>The values that are shared during an operation of a pass.</summary>
    /// <param name="pass">The operations of a pass.</param>
    /// <returns>
    /// For each operation what the exchanges before it and itself have shared, of each axis the last one before: when the next exchange along the axis has a result, all ranks have taken part in
    /// it, and so have read what was shared for the one before.
    /// </returns>
    public static IReadOnlyList<Value>[] Lifetimes(IReadOnlyList<Operation> pass)
    {
        var open = new Dictionary<GroupAxis, IReadOnlyList<Value>>();
        var shared = new IReadOnlyList<Value>[pass.Count];
        for (int i = 0; i < pass.Count; i++)
        {
            var exchange = pass[i] as RowCommunication;
            shared[i] = [.. open.Values.SelectMany(values => values), .. exchange?.Shared ?? []];
            if (exchange is not null)
            {
                open[exchange.Axis] = exchange.Shared;
            }
        }

        return shared;
    }
}
