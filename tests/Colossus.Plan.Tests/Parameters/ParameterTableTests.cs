using Colossus.Plan.Parameters;
using Colossus.Plan.Tests.Lowering;
using Colossus.Specs.Jobs;
using CsCheck;

namespace Colossus.Plan.Tests.Parameters;

public sealed class ParameterTableTests
{
    // Buckets of more than one block of 4,096 elements, and some of less.
    private static readonly ModelSpec model = new(2, 96, 4, 2, 24, 160, Activation.SwiGlu, 101, 24, TiedHead: true);

    [Fact]
    public void Every_element_of_the_flat_vector_belongs_to_one_parameter_or_is_padding() => AnyModel.Any.Sample(static model =>
    {
        ParameterTable table = ParameterTable.For(model);
        int[] owners = new int[table.FlatCount];
        foreach (FlatRange range in table.Parameters.Select(parameter => new FlatRange(parameter.Start, parameter.Count)).Concat(Own(table).SelectMany(table.PaddingOf)))
        {
            foreach (ref int owner in owners.AsSpan((int)range.Start, (int)range.Count))
            {
                owner++;
            }
        }

        Assert.All(owners, owner => Assert.Equal(1, owner));
        Assert.Equal(table.ParameterCount, table.FlatCount - Own(table).SelectMany(table.PaddingOf).Sum(range => range.Count));
    });

    [Fact]
    public void Buckets_follow_each_other_and_begin_at_multiples_of_the_alignment_with_what_the_residual_stream_reads() => AnyModel.Any.Sample(static model =>
    {
        ParameterTable table = ParameterTable.For(model);
        long end = 0;
        foreach (Bucket bucket in table.Buckets)
        {
            Assert.Equal(end, bucket.Range.Start);
            Assert.Equal(0, bucket.Range.Count % ParameterTable.Alignment);
            Assert.Equal((bucket.Range.Start, bucket.InResidual.End, bucket.Range.End), (bucket.InResidual.Start, bucket.InProducts.Start, bucket.InProducts.End));
            end = bucket.Range.End;
        }

        Assert.Equal(model.TiedHead, table.Buckets[^1].IsCopy);
        Assert.Equal(model.TiedHead ? table.Buckets[^1].Range.Start : end, table.FlatCount);
    });

    [Fact]
    public void Slices_of_all_ranks_cover_a_bucket_and_begin_at_multiples_of_4096_from_its_start() => Gen.Select(AnyModel.Any, Gen.Int[1, 9]).Sample(static (model, ranks) =>
    {
        ParameterTable table = ParameterTable.For(model);
        foreach (int bucket in Own(table))
        {
            FlatRange whole = table.Buckets[bucket].Range;
            long end = whole.Start;
            for (int rank = 0; rank < ranks; rank++)
            {
                FlatRange slice = table.Slice(bucket, rank, ranks);
                Assert.Equal(end, slice.Start);
                Assert.True(slice.Start == whole.End || (slice.Start - whole.Start) % ParameterTable.SliceBlock == 0);
                end = slice.End;
            }

            Assert.Equal(whole.End, end);
        }
    });

    [Fact]
    public void Slices_differ_by_one_block_at_most()
    {
        ParameterTable table = ParameterTable.For(model);
        long layer = table.Buckets[1].Range.Count;
        Assert.Equal(19, (layer + 4095) / 4096);
        Assert.Equal([4 * 4096, 5 * 4096, 5 * 4096, layer - (14 * 4096)], Enumerable.Range(0, 4).Select(rank => table.Slice(1, rank, 4).Count));
    }

    [Fact]
    public void Of_a_tied_head_a_rank_has_the_same_part_as_of_the_embedding() => Gen.Select(AnyModel.Any, Gen.Int[1, 9]).Sample(static (model, ranks) =>
    {
        ParameterTable table = ParameterTable.For(model with { TiedHead = true });
        Bucket head = table.Buckets[^1];
        Parameter source = head.Source!;
        for (int rank = 0; rank < ranks; rank++)
        {
            FlatRange part = table.Slice(table.Buckets.Count - 1, rank, ranks);
            FlatRange own = table.Slice(source.Bucket, rank, ranks).Intersect(new FlatRange(source.Start, head.Range.Count));
            Assert.Equal(own.Count, part.Count);
            Assert.True(part.Count == 0 || part.Start - head.Range.Start == own.Start - source.Start);
        }
    });

    [Fact]
    public void A_tied_head_is_no_parameter_and_an_untied_one_is()
    {
        ParameterTable tied = ParameterTable.For(model);
        ParameterTable untied = ParameterTable.For(model with { TiedHead = false });
        Assert.Equal(tied.ParameterCount + (101 * 96), untied.ParameterCount);
        Assert.Equal("model.embed_tokens.weight", tied.Buckets[^1].Source!.Name);
        Assert.DoesNotContain(tied.Parameters, parameter => parameter.Name == "lm_head.weight");
        Assert.Equal(tied.Buckets[^1].Range.Start, tied.StartOf(untied["lm_head.weight"].Weight with { Name = "model.embed_tokens.weight" }));
    }

    [Fact]
    public void Rules_of_the_update_split_a_range_into_parts_that_cover_it_and_have_the_rule_of_their_parameters() => Gen.Select(AnyModel.Any, Gen.Double[0, 1], Gen.Double[0, 1]).Sample(static (model, from, to) =>
    {
        ParameterTable table = ParameterTable.For(model);
        long start = (long)(Math.Min(from, to) * table.FlatCount), end = (long)(Math.Max(from, to) * table.FlatCount);
        long at = start;
        foreach (var (range, rule) in table.SplitByRule(new FlatRange(start, end - start)))
        {
            Assert.Equal(at, range.Start);
            Assert.All(table.Parameters.Where(parameter => new FlatRange(parameter.Start, parameter.Count).Intersect(range).Count > 0), parameter => Assert.Equal(rule, parameter.Rule));
            at = range.End;
        }

        Assert.Equal(end, at);
    });

    private static IEnumerable<int> Own(ParameterTable table) => Enumerable.Range(0, table.Buckets.Count).Where(bucket => !table.Buckets[bucket].IsCopy);
}
