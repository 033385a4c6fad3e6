using Colossus.Plan.Layouts;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Plan.Ranks;
using CsCheck;

namespace Colossus.Plan.Tests.Ranks;

public sealed class StateMapTests
{
    [Fact]
    public void Every_element_is_kept_by_one_rank_and_by_as_many_more_as_have_copies() => AnyStep.Of(mostData: 3).Sample(static step =>
    {
        ParameterTable table = ParameterTable.For(step.Model);
        StateMap map = StateMap.For(step.Model, step.Layout);
        RankProgram program = RankProgram.For(step.Model, step.Layout, step.Formats, 0);
        Dictionary<string, WeightPart?> parts = program.Table.Parameters.ToDictionary(mine => mine.Name, mine => mine.Weight.Part);
        int[][] keepers = [.. table.Parameters.Select(parameter => new int[parameter.Count])];
        foreach (StateBox box in Enumerable.Range(0, map.Ranks).SelectMany(map.BoxesOf))
        {
            int[] counts = keepers[box.Parameter];
            ForEach(box.Box, ParameterBox.Of(table.Parameters[box.Parameter]).Columns, element => counts[element]++);
        }

        for (int parameter = 0; parameter < keepers.Length; parameter++)
        {
            Parameter kept = table.Parameters[parameter];
            int replicas = step.Layout.Zero == 0 ? program.ReplicasOf(kept.Bucket) : 1;

            // Experts of other ranks this one does not know; tensor ranks have no copies of them.
            int expected = replicas * (parts.GetValueOrDefault(kept.Name)?.Copies ?? 1);
            Assert.True(!keepers[parameter].ContainsAnyExcept(expected), $"{kept.Name}: not {expected} of each element");
        }
    });

    [Fact]
    public void Pieces_lie_one_behind_the_other_and_are_as_many_elements_as_the_rank_program_says() => AnyStep.Of(mostData: 4).Sample(static step =>
    {
        StateMap map = StateMap.For(step.Model, step.Layout);
        var programs = new RankPrograms(step.Model, step.Layout, step.Formats);
        for (int rank = 0; rank < map.Ranks; rank++)
        {
            long end = 0;
            foreach (StatePiece piece in map.PiecesOf(rank))
            {
                Assert.Equal(end, piece.Offset);
                end += piece.Range.Count;
            }

            Assert.Equal(programs.Of(rank).StateCount, end);
        }
    });

    [Fact]
    public void What_is_found_covers_a_rectangle_once_and_is_what_its_rank_keeps_there() =>
        Gen.Select(AnyStep.Of(mostData: 3), Gen.Int[0, 1000], Gen.Double[0, 1].Array[4], Gen.Int[0, 15]).Sample(static (step, choice, bounds, reader) =>
        {
            ParameterTable table = ParameterTable.For(step.Model);
            StateMap map = StateMap.For(step.Model, step.Layout);
            int parameter = choice % table.Parameters.Count;
            ParameterBox whole = ParameterBox.Of(table.Parameters[parameter]);
            var (row, rows) = Part(whole.Rows, bounds[0], bounds[1]);
            var (column, columns) = Part(whole.Columns, bounds[2], bounds[3]);
            var wanted = new ParameterBox(row, rows, column, columns);
            int[] found = new int[whole.Count];
            foreach (StateBox part in map.Find(parameter, wanted, reader % map.Ranks))
            {
                Assert.Equal(part.Box, wanted.Intersect(part.Box));
                Assert.Contains(map.BoxesOf(part.Rank), box => box.Parameter == parameter && box.Box.Intersect(part.Box) == part.Box && box.Cut(part.Box) == part);
                ForEach(part.Box, whole.Columns, element => found[element]++);
            }

            ForEach(wanted, whole.Columns, element => found[element]--);
            Assert.DoesNotContain(found, count => count != 0);
        });

    [Fact]
    public void Whoever_keeps_what_it_wants_reads_from_itself() => AnyStep.Of(mostData: 3).Sample(static step =>
    {
        StateMap map = StateMap.For(step.Model, step.Layout);
        int rank = map.Ranks - 1;
        Assert.All(map.BoxesOf(rank).SelectMany(box => map.Find(box.Parameter, box.Box, rank)), found => Assert.Equal(rank, found.Rank));
    });

    [Fact]
    public void A_stage_keeps_the_buckets_of_its_blocks() => AnyStep.Of(mostData: 2).Sample(static step =>
    {
        ParameterTable table = ParameterTable.For(step.Model);
        StateMap map = StateMap.For(step.Model, step.Layout);
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

    private static (long First, long Count) Part(long size, double one, double other)
    {
        long first = (long)(Math.Min(one, other) * (size - 1)), end = Math.Max(first + 1, (long)(Math.Max(one, other) * size));
        return (first, end - first);
    }

    private static void ForEach(ParameterBox box, long width, Action<long> act)
    {
        for (long element = 0; element < box.Count; element++)
        {
            act(((box.Row + (element / box.Columns)) * width) + box.Column + (element % box.Columns));
        }
    }
}
