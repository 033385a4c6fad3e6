using CsCheck;

namespace Colossus.Collectives.Tests;

public sealed unsafe class CollectiveTests
{
    // Ranks 1 to 6; lengths around the edges of vectors, cache lines and pieces, and any other; a piece of the small staging area holds 1024 floats.
    private static readonly Gen<(int Ranks, int Count, int Seed)> cases = Gen.Select(
        Gen.Int[1, 6],
        Gen.OneOf(Gen.OneOf(0, 1, 15, 16, 17, 63, 64, 65, 1023, 1024, 1025, 2048, 2049), Gen.Int[0, 5000]),
        Gen.Int[0, 10_000]);

    private static GroupShape Shape(int ranks, long heapBytes = 0) => new() { Ranks = ranks, Epoch = 3, HeapBytes = heapBytes, CounterCount = 2, StagingBytes = 8192, ChannelBytes = 192 };

    [Fact]
    public void All_reduce_of_private_floats_equals_the_sum_in_order_of_rank_bit_for_bit() => cases.Sample(
        given =>
        {
            float[][] parts = [.. Enumerable.Range(0, given.Ranks).Select(rank => Reference.Values(given.Seed, rank, given.Count))];
            float scale = given.Seed % 2 == 0 ? 1 : 1f / given.Ranks;
            uint[] expected = Reference.Bits(Reference.Sum(parts, scale));
            Ranks.Run(Shape(given.Ranks), group =>
            {
                float[] own = [.. parts[group.Rank]];
                group.AllReduce(own, scale);
                Assert.Equal(expected, Reference.Bits(own));
            });
        },
        iter: 40);

    [Fact]
    public void All_reduce_of_private_bfloat16_sums_in_32_bits_and_rounds_once() => cases.Sample(
        given =>
        {
            ushort[][] parts = [.. Enumerable.Range(0, given.Ranks).Select(rank => Reference.Halves(given.Seed, rank, given.Count))];
            ushort[] expected = Reference.Sum(parts, 1f / given.Ranks);
            Ranks.Run(Shape(given.Ranks), group =>
            {
                ushort[] own = [.. parts[group.Rank]];
                group.AllReduce(own, 1f / group.Size);
                Assert.Equal(expected, own);
            });
        },
        iter: 40);

    [Fact]
    public void Collectives_in_shared_memory_touch_their_range_only_and_equal_the_reference() => cases.Sample(
        given =>
        {
            (int ranks, int count, int seed) = given;
            int first = seed % 40;
            int length = first + count + 7;
            float[][] parts = [.. Enumerable.Range(0, ranks).Select(rank => Reference.Values(seed, rank, length))];
            float[] sum = Reference.Sum(parts, 0.5f);
            Ranks.Run(Shape(ranks, 2 * GroupShape.BytesOfBuffer(length * 4, ranks)), group =>
            {
                SharedBuffer whole = group.Allocate(length * 4, "whole");
                SharedBuffer shards = group.Allocate(length * 4, "shards");
                parts[group.Rank].CopyTo(Floats(whole, group.Rank, length));
                parts[group.Rank].CopyTo(Floats(shards, group.Rank, length));
                float[] expected = [.. parts[group.Rank]];
                sum.AsSpan(first, count).CopyTo(expected.AsSpan(first));

                group.AllReduce(whole, ElementType.Float32, first, count, 0.5f);
                Assert.Equal(Reference.Bits(expected), Reference.Bits(Floats(whole, group.Rank, length)));

                Shard own = group.ReduceScatter(shards, ElementType.Float32, first, count, 0.5f);
                float[] expectedShard = [.. parts[group.Rank]];
                sum.AsSpan((int)own.First, (int)own.Count).CopyTo(expectedShard.AsSpan((int)own.First));
                Assert.Equal(Reference.Bits(expectedShard), Reference.Bits(Floats(shards, group.Rank, length)));

                group.Barrier();
                group.AllGather(shards, ElementType.Float32, first, count);
                Assert.Equal(Reference.Bits(expected), Reference.Bits(Floats(shards, group.Rank, length)));

                group.Broadcast(whole, 0, length * 4, ranks - 1);
                float[] last = [.. parts[ranks - 1]];
                sum.AsSpan(first, count).CopyTo(last.AsSpan(first));
                Assert.Equal(Reference.Bits(last), Reference.Bits(Floats(whole, group.Rank, length)));
            });
        },
        iter: 40);

    [Fact]
    public void All_reduce_of_shared_bfloat16_equals_the_reference() => cases.Sample(
        given =>
        {
            (int ranks, int count, int seed) = given;
            ushort[][] parts = [.. Enumerable.Range(0, ranks).Select(rank => Reference.Halves(seed, rank, count + 1))];
            ushort[] expected = Reference.Sum(parts, 1);
            Ranks.Run(Shape(ranks, GroupShape.BytesOfBuffer((count + 1) * 2, ranks)), group =>
            {
                SharedBuffer buffer = group.Allocate((count + 1) * 2, "halves");
                Span<ushort> own = new(buffer.Of(group.Rank), count + 1);
                parts[group.Rank].CopyTo(own);
                group.AllReduce(buffer, ElementType.BFloat16, 1, count);
                Assert.Equal(expected.AsSpan(1), own[1..]);
                Assert.Equal(parts[group.Rank][0], own[0]);
            });
        },
        iter: 40);

    [Fact]
    public void Reduce_scatter_gather_and_broadcast_of_private_memory_equal_the_reference() => cases.Sample(
        given =>
        {
            (int ranks, int count, int seed) = given;
            float[][] parts = [.. Enumerable.Range(0, ranks).Select(rank => Reference.Values(seed, rank, count * ranks))];
            float[] sum = Reference.Sum(parts, 2);
            ushort[][] halves = [.. Enumerable.Range(0, ranks).Select(rank => Reference.Halves(seed, rank, count * ranks))];
            ushort[] halfSum = Reference.Sum(halves, 2);
            Ranks.Run(Shape(ranks), group =>
            {
                int block = group.Rank * count;
                float[] own = new float[count];
                group.ReduceScatter(parts[group.Rank], own, 2);
                Assert.Equal(Reference.Bits(sum.AsSpan(block, count)), Reference.Bits(own));

                ushort[] ownHalves = new ushort[count];
                group.ReduceScatter(halves[group.Rank], ownHalves, 2);
                Assert.Equal(halfSum.AsSpan(block, count).ToArray(), ownHalves);

                float[] all = new float[count * ranks];
                group.AllGather<float>(own, all);
                Assert.Equal(Reference.Bits(sum), Reference.Bits(all));

                int root = seed % ranks;
                float[] given = group.Rank == root ? parts[root] : new float[count * ranks];
                group.Broadcast<float>(given, root);
                Assert.Equal(parts[root], given);
            });
        },
        iter: 40);

    [Fact]
    public void Messages_of_any_length_arrive_in_order_round_a_ring_of_ranks() => cases.Sample(
        given =>
        {
            (int ranks, int count, int seed) = given;
            if (ranks == 1)
            {
                return;
            }

            float[][] parts = [.. Enumerable.Range(0, ranks).Select(rank => Reference.Values(seed, rank, count))];
            Ranks.Run(Shape(ranks), group =>
            {
                int next = (group.Rank + 1) % ranks, previous = (group.Rank + ranks - 1) % ranks;
                float[] received = new float[count];
                byte[] mark = new byte[1];
                if (group.Rank == 0)
                {
                    group.Send<float>(parts[0], next);
                    group.Send<byte>([42], next);
                    group.Receive<float>(received, previous);
                    group.Receive<byte>(mark, previous);
                }
                else
                {
                    group.Receive<float>(received, previous);
                    group.Receive<byte>(mark, previous);
                    group.Send<float>(parts[group.Rank], next);
                    group.Send<byte>([(byte)(mark[0] + 1)], next);
                }

                Assert.Equal(parts[previous], received);
                Assert.Equal(42 + previous, mark[0]);
            });
        },
        iter: 30);

    [Fact]
    public void Messages_of_a_thread_in_the_background_do_not_disturb_collectives() => Ranks.Run(Shape(2), group =>
    {
        const int Rounds = 200;
        float[] sent = Reference.Values(5, group.Rank, 777), expected = Reference.Values(5, 1 - group.Rank, 777), received = new float[777];
        int wrong = 0;
        Thread background = new(() =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                if (group.Rank == 0)
                {
                    group.Send<float>(sent, 1);
                }

                group.Receive(received.AsSpan(), 1 - group.Rank);
                if (group.Rank == 1)
                {
                    group.Send<float>(sent, 0);
                }

                wrong += received.AsSpan().SequenceEqual(expected) ? 0 : 1;
            }
        });
        background.Start();
        for (int round = 0; round < Rounds; round++)
        {
            float[] data = [.. Enumerable.Repeat((float)(group.Rank + round), 3000)];
            group.AllReduce(data);
            Assert.Equal(Enumerable.Repeat(1f + (2 * round), 3000), data);
        }

        Assert.True(background.Join(TimeSpan.FromSeconds(30)), "The messages did not end within 30 s.");
        Assert.Equal(0, wrong);
    });

    [Fact]
    public void A_message_of_another_length_than_asked_for_is_an_error_on_both_sides()
    {
        AggregateException error = Assert.Throws<AggregateException>(() => Ranks.Run(Shape(2), group =>
        {
            if (group.Rank == 0)
            {
                group.Send<byte>(new byte[10], 1);
                group.Barrier();
            }
            else
            {
                group.Receive<byte>(new byte[11], 0);
            }
        }));
        Assert.Contains("sent 10 bytes", error.InnerExceptions[0].Message, StringComparison.Ordinal);
        Assert.Equal(1, Assert.IsType<CollectiveAbortedException>(error.InnerExceptions[1]).Rank);
    }

    [Fact]
    public void Not_a_number_and_infinity_survive_the_rounding_to_bfloat16() => Ranks.Run(Shape(2), group =>
    {
        // Whole vectors and a rest.
        ushort[] values = [.. Enumerable.Repeat(new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, -0f, 1e-40f }, 13).SelectMany(six => six).Select(SumKernels.Narrow)];
        ushort[] own = group.Rank == 0 ? [.. values] : new ushort[values.Length];
        group.AllReduce(own);
        for (int i = 0; i < own.Length; i += 6)
        {
            Assert.True(float.IsNaN(SumKernels.Widen(own[i])));
            Assert.Equal(float.PositiveInfinity, SumKernels.Widen(own[i + 1]));
            Assert.Equal(float.NegativeInfinity, SumKernels.Widen(own[i + 2]));
            Assert.Equal(float.PositiveInfinity, SumKernels.Widen(own[i + 3]));
            Assert.Equal(0f, SumKernels.Widen(own[i + 4]));
            Assert.Equal(values[i + 5], own[i + 5]);
        }
    });

    [Fact]
    public void Narrow_rounds_to_the_nearest_bfloat16_and_ties_to_even() => Gen.UInt.Sample(bits =>
    {
        float value = BitConverter.UInt32BitsToSingle(bits);
        if (!float.IsFinite(value))
        {
            return;
        }

        float narrowed = SumKernels.Widen(SumKernels.Narrow(value));
        float lower = BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000);
        float upper = BitConverter.UInt32BitsToSingle((bits & 0xFFFF0000) + 0x10000);
        Assert.True(narrowed == lower || narrowed.Equals(upper));
        if (float.IsFinite(upper))
        {
            double toLower = Math.Abs((double)value - lower), toUpper = Math.Abs((double)value - upper);
            bool even = ((bits >> 16) & 1) == 0;
            Assert.Equal(toLower < toUpper || (toLower == toUpper && even) ? lower : upper, narrowed);
        }
    });

    private static Span<float> Floats(SharedBuffer buffer, int rank, int count) => new(buffer.Of(rank), count);
}
