using Colossus.Plan.Layouts;
using Colossus.Plan.Parameters;
using Colossus.Plan.Ranks;
using CsCheck;

namespace Colossus.Plan.Tests.Ranks;

public sealed class StateMapTests
{
    [Fact]
    public void Every_element_is_kept_by_one_rank_or_under_ZeRO_0_by_each_replica() => AnyStep.Of(mostData: 4).Sample(static step =>
    {
        ParameterTable table = ParameterTable.For(step.Model);
        StateMap map = StateMap.For(step.Model, table, step.Layout);
        int[] keepers = new int[table.FlatCount];
        foreach (FlatRange range in Enumerable.Range(0, map.Ranks).SelectMany(map.PiecesOf).Select(piece => piece.Range))
        {
            foreach (ref int keeper in keepers.AsSpan((int)range.Start, (int)range.Count))
            {
                keeper++;
            }
        }

        Assert.All(keepers, keeper => Assert.Equal(step.Layout.Zero == 0 ? step.Layout.Data : 1, keeper));
    });

    [Fact]
    public void Pieces_lie_one_behind_the_other_and_are_as_many_elements_as_the_rank_program_says() => AnyStep.Of(mostData: 4).Sample(static step =>
    {
        StateMap map = StateMap.For(step.Model, ParameterTable.For(step.Model), step.Layout);
        for (int rank = 0; rank < map.Ranks; rank++)
        {
            long end = 0;
            foreach (StatePiece piece in map.PiecesOf(rank))
            {
                Assert.Equal(end, piece.Offset);
                end += piece.Range.Count;
            }

            Assert.Equal(RankProgram.For(step.Model, step.Layout, step.Formats, rank).StateCount, end);
        }
    });

    [Fact]
    public void What_is_found_covers_the_range_in_order_and_lies_where_the_piece_says() =>
        Gen.Select(AnyStep.Of(mostData: 4), Gen.Double[0, 1], Gen.Double[0, 1], Gen.Int[0, 15]).Sample(static (step, from, to, reader) =>
        {
            ParameterTable table = ParameterTable.For(step.Model);
            StateMap map = StateMap.For(step.Model, table, step.Layout);
            long start = (long)(Math.Min(from, to) * table.FlatCount), end = (long)(Math.Max(from, to) * table.FlatCount);
            long at = start;
            foreach (var (rank, offset, range) in map.Find(new FlatRange(start, end - start), reader % map.Ranks))
            {
                Assert.Equal(at, range.Start);
                Assert.Contains(map.PiecesOf(rank), piece => piece.Range.Intersect(range) == range && piece.Offset + range.Start - piece.Range.Start == offset);
                at = range.End;
            }

            Assert.Equal(end, at);
        });

    [Fact]
    public void Whoever_keeps_what_it_wants_reads_from_itself() => AnyStep.Of(mostData: 4).Sample(static step =>
    {
        StateMap map = StateMap.For(step.Model, ParameterTable.For(step.Model), step.Layout);
        int rank = map.Ranks - 1;
        Assert.All(map.PiecesOf(rank).SelectMany(piece => map.Find(piece.Range, rank)), found => Assert.Equal(rank, found.Rank));
    });

    [Fact]
    public void A_stage_keeps_the_buckets_of_its_blocks() => AnyStep.Of(mostData: 2).Sample(static step =>
    {
        ParameterTable table = ParameterTable.For(step.Model);
        StateMap map = StateMap.For(step.Model, table, step.Layout);
        ChunkBlocks[] chunks = ChunkBlocks.Of(step.Model, step.Layout.Chunks);
        for (int rank = 0; rank < map.Ranks; rank++)
        {
            int stage = new RankGrid(step.Layout).CoordinatesOf(rank).Pipeline;
            Assert.All(map.PiecesOf(rank), piece =>
            {
                int block = table.Buckets[piece.Bucket].Block;
                Assert.Equal(stage, chunks.Single(chunk => block >= chunk.First && block < chunk.First + chunk.Count).Chunk % step.Layout.Pipeline);
            });
        }
    });
}
