using Colossus.Plan.Layouts;
using Colossus.Plan.Parameters;
using Colossus.Plan.Partitioning;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Ranks;

/// <summary>
/// Where the state of a run lies: which elements of which parameters each rank keeps, with their optimizer state, and in which order. Recovery and checkpoints are a redistribution
/// between two maps, or between one and a list of whole parameters.
/// </summary>
public sealed class StateMap
{
    private readonly StatePiece[][] pieces;
    private readonly ParameterTable[] tables;
    private readonly ParameterTable whole;

    // The rectangles of each parameter, in order of the ranks that keep them.
    private readonly List<StateBox>[] holders;

    private StateMap(StatePiece[][] pieces, ParameterTable[] tables, ParameterTable whole)
    {
        this.pieces = pieces;
        this.tables = tables;
        this.whole = whole;
        holders = [.. whole.Parameters.Select(_ => new List<StateBox>())];
        for (int rank = 0; rank < pieces.Length; rank++)
        {
            foreach (StateBox box in BoxesOf(rank))
            {
                holders[box.Parameter].Add(box);
            }
        }
    }

    /// <summary>The number of ranks.</summary>
    public int Ranks => pieces.Length;

    /// <summary>The map of a layout: each rank keeps the buckets of its stage, whole under ZeRO 0, else its slice of each.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">The layout.</param>
    public static StateMap For(ModelSpec model, Layout layout)
    {
        var grid = new RankGrid(layout);
        var shares = new Dictionary<RankShare, ParameterTable>();
        ParameterTable TableOf(int rank)
        {
            RankShare share = RankShare.Of(layout, rank) with { ContextPlace = 0 };
            if (!shares.TryGetValue(share, out ParameterTable? table))
            {
                table = ParameterTable.For(model, share);
                shares.Add(share, table);
            }

            return table;
        }

        ParameterTable[] tables = [.. Enumerable.Range(0, layout.Ranks).Select(TableOf)];
        RankBuckets[] stages = [.. Enumerable.Range(0, layout.Pipeline).Select(stage => RankBuckets.For(model, tables[0], layout, stage))];
        return new StateMap(
            [.. Enumerable.Range(0, layout.Ranks).Select(rank => Pieces(tables[rank], stages[grid.CoordinatesOf(rank).Pipeline], layout, rank))], tables, ParameterTable.For(model));
    }

    /// <summary>What a rank keeps.</summary>
    /// <param name="table">Its parameters.</param>
    /// <param name="buckets">Those of its stage.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="rank">The rank.</param>
    internal static StatePiece[] Pieces(ParameterTable table, RankBuckets buckets, Layout layout, int rank)
    {
        long offset = 0;
        var mine = new List<StatePiece>();
        foreach (int bucket in buckets.Indices.Where(bucket => !table.Buckets[bucket].IsCopy))
        {
            FlatRange range = layout.Zero == 0 ? table.Buckets[bucket].Range : table.SliceOf(bucket, layout, rank);
            mine.Add(new StatePiece(bucket, range, offset));
            offset += range.Count;
        }

        return [.. mine];
    }

    /// <summary>What a rank keeps, as ranges of its flat vector.</summary>
    /// <param name="rank">The rank.</param>
    public IReadOnlyList<StatePiece> PiecesOf(int rank) => pieces[rank];

    /// <summary>What a rank keeps, as rectangles of parameters.</summary>
    /// <param name="rank">The rank.</param>
    public IEnumerable<StateBox> BoxesOf(int rank) => pieces[rank].SelectMany(piece => tables[rank].Boxes(piece.Range)
        .Select(box => new StateBox(rank, whole.IndexOf(box.Parameter), box.Box, piece.Offset + box.Start - piece.Range.Start, box.Stride)));

    /// <summary>From whom a rectangle of a parameter can be had.</summary>
    /// <param name="parameter">Index of the parameter.</param>
    /// <param name="wanted">Elements of the whole parameter.</param>
    /// <param name="reader">The rank that wants it: it is served by itself where it can be, and else ranks take turns.</param>
    /// <returns>Rectangles that cover it, each once, and where they lie.</returns>
    public IEnumerable<StateBox> Find(int parameter, ParameterBox wanted, int reader)
    {
        List<StateBox> known = holders[parameter];
        int first = Math.Max(0, known.FindIndex(box => box.Rank >= reader));
        List<ParameterBox> missing = [wanted];
        for (int i = 0; i < known.Count && missing.Count > 0; i++)
        {
            StateBox holder = known[(first + i) % known.Count];
            var left = new List<ParameterBox>();
            foreach (ParameterBox box in missing)
            {
                ParameterBox part = box.Intersect(holder.Box);
                if (part.Count == 0)
                {
                    left.Add(box);
                    continue;
                }

                yield return holder.Cut(part);
                left.AddRange(box.Without(part));
            }

            missing = left;
        }

        if (missing.Count > 0)
        {
            throw new InvalidOperationException($"no rank keeps {missing[0]} of parameter {parameter}");
        }
    }
}
