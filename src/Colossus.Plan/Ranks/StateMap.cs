using Colossus.Plan.Layouts;
using Colossus.Plan.Parameters;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Ranks;

/// <summary>
/// Where the state of a run lies: which elements of the flat vector of parameters each rank keeps, with their optimizer state, and in which order. Recovery and checkpoints are a redistribution
/// between two maps, or between one and a list of whole parameters.
/// </summary>
public sealed class StateMap
{
    private readonly StatePiece[][] pieces;

    private StateMap(StatePiece[][] pieces) => this.pieces = pieces;

    /// <summary>The number of ranks.</summary>
    public int Ranks => pieces.Length;

    /// <summary>The map of a layout: each rank keeps the buckets of its stage, whole under ZeRO 0, else its slice of each.</summary>
    /// <param name="model">The model.</param>
    /// <param name="table">Its parameters.</param>
    /// <param name="layout">The layout.</param>
    public static StateMap For(ModelSpec model, ParameterTable table, Layout layout)
    {
        ArgumentNullException.ThrowIfNull(table);
        var grid = new RankGrid(layout);
        RankBuckets[] stages = [.. Enumerable.Range(0, layout.Pipeline).Select(stage => RankBuckets.For(model, table, layout, stage))];
        var pieces = new StatePiece[layout.Ranks][];
        for (int rank = 0; rank < layout.Ranks; rank++)
        {
            var place = grid.CoordinatesOf(rank);
            pieces[rank] = Pieces(table, stages[place.Pipeline], layout, place.Data);
        }

        return new StateMap(pieces);
    }

    /// <summary>What the rank at some place keeps.</summary>
    /// <param name="table">The model's parameters.</param>
    /// <param name="buckets">Those of its stage.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="place">Its place among the ranks with the same weights.</param>
    internal static StatePiece[] Pieces(ParameterTable table, RankBuckets buckets, Layout layout, int place)
    {
        long offset = 0;
        var mine = new List<StatePiece>();
        foreach (int bucket in buckets.Indices.Where(bucket => !table.Buckets[bucket].IsCopy))
        {
            FlatRange range = layout.Zero == 0 ? table.Buckets[bucket].Range : table.Slice(bucket, place, layout.Data);
            mine.Add(new StatePiece(bucket, range, offset));
            offset += range.Count;
        }

        return [.. mine];
    }

    /// <summary>What a rank keeps.</summary>
    /// <param name="rank">The rank.</param>
    public IReadOnlyList<StatePiece> PiecesOf(int rank) => pieces[rank];

    /// <summary>From whom a range can be had.</summary>
    /// <param name="range">Elements of the flat vector.</param>
    /// <param name="reader">The rank that wants it: it is served by itself where it can be, and else ranks take turns.</param>
    /// <returns>Parts that cover the range in ascending order, each with a rank that keeps it and its place there.</returns>
    public IEnumerable<(int Rank, long Offset, FlatRange Range)> Find(FlatRange range, int reader)
    {
        long start = range.Start;
        while (start < range.End)
        {
            var rest = new FlatRange(start, range.End - start);
            bool found = false;
            for (int turn = 0; turn < pieces.Length && !found; turn++)
            {
                int rank = (reader + turn) % pieces.Length;
                foreach (StatePiece piece in pieces[rank])
                {
                    FlatRange part = piece.Range.Intersect(rest);
                    if (part.Count > 0 && part.Start == start)
                    {
                        yield return (rank, piece.Offset + part.Start - piece.Range.Start, part);
                        start = part.End;
                        found = true;
                        break;
                    }
                }
            }

            if (!found)
            {
                throw new InvalidOperationException($"no rank keeps element {start} of the parameters");
            }
        }
    }
}
