using CsCheck;

namespace Colossus.Collectives.Tests;

public sealed unsafe class GroupTests
{
    private const int Line = 64;

    [Fact]
    public void Reduce_scatter_gives_each_member_its_part_of_the_sum_and_leaves_the_sources() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 3000], Gen.Bool, Gen.Int[0, 10_000]).Sample(
            (ranks, count, isHalf, seed) =>
            {
                ElementRange[] parts = RandomParts(new Random(seed), ranks, count);
                int elementBytes = isHalf ? 2 : 4;
                float[][] sources = [.. Enumerable.Range(0, ranks).Select(rank => Source(isHalf, seed, rank, count))];
                float[] sum = count == 0 ? [] : Reference.Sum(sources);
                Ranks.Run(Shape(ranks, Line + (count * elementBytes)), world =>
                {
                    Write(world, Line, isHalf, sources[world.Rank]);
                    byte[] before = Region(world);
                    ElementRange own = parts[world.Rank];
                    float[] result = new float[own.Count];
                    fixed (float* destination = result)
                    {
                        Group group = world.Group(0);
                        group.ReduceScatter(Line, isHalf ? ElementType.BFloat16 : ElementType.Float32, parts, destination).Wait();
                        long sent = ranks == 1 ? 0 : (parts.Sum(part => part.Count) - own.Count) * elementBytes;
                        Assert.Equal(new Traffic(1, sent, own.Count * elementBytes * (ranks - 1)), group.ReduceScatterTraffic);
                        Assert.Equal(group.ReduceScatterTraffic.BytesSent, group.BytesSent);
                    }

                    Assert.Equal(Reference.Bits(sum.AsSpan((int)own.Start, (int)own.Count)), Reference.Bits(result));
                    Assert.Equal(before, Region(world));
                });
            },
            iter: 40);

    [Fact]
    public void In_fixed_point_any_members_in_any_order_give_the_sum_of_all_that_was_rounded() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 3000], Gen.Bool, Gen.Int[0, 10_000]).Sample(
            (ranks, count, isHalf, seed) =>
            {
                ElementRange[] parts = RandomParts(new Random(seed), ranks, count);
                float[][] sources = [.. Enumerable.Range(0, ranks).Select(rank => Source(isHalf, seed, rank, count))];
                int digits = FixedPoint.DigitsFor(sources.SelectMany(source => source).Select(Math.Abs).Append(0).Max(), 2 * ranks);
                long[] expected = [.. Enumerable.Range(0, count).Select(i => sources.Sum(source => Rounded(source[i])))];
                int integersAt = Line * (1 + ((count * sizeof(float) / Line) + 1));
                Ranks.Run(Shape(ranks, integersAt + (count * sizeof(long))), world =>
                {
                    Group group = world.Group(0);
                    var format = new FixedPoint();
                    format.Begin(digits);
                    ElementRange own = parts[world.Rank];
                    Write(world, Line, isHalf, sources[world.Rank]);
                    long[] result = new long[own.Count];
                    fixed (long* destination = result)
                    {
                        ElementType type = isHalf ? ElementType.BFloat16 : ElementType.Float32;
                        group.ReduceScatter(Line, type, parts, destination, format).Wait();
                        group.ReduceScatter(Line, type, parts, destination, format, add: true).Wait();
                    }

                    Assert.Equal([.. expected.AsSpan((int)own.Start, (int)own.Count).ToArray().Select(sum => 2 * sum)], result);
                    Assert.Equal(sources.SelectMany(source => source.AsSpan((int)own.Start, (int)own.Count).ToArray()).Select(Math.Abs).Append(0).Max(), format.Largest);

                    // Integers of this rank alone, and then of all in place.
                    long* integers = (long*)(world.Region + integersAt);
                    for (int i = 0; i < count; i++)
                    {
                        integers[i] = Rounded(sources[world.Rank][i]);
                    }

                    group.ReduceScatter(integersAt, ElementType.Int64, parts, integers + own.Start, format).Wait();
                    Assert.Equal(expected.AsSpan((int)own.Start, (int)own.Count), new ReadOnlySpan<long>(integers + own.Start, (int)own.Count));
                });

                long Rounded(float value) => (long)Math.Round(Math.ScaleB((double)value, digits));
            },
            iter: 40);

    [Fact]
    public void All_gather_copies_each_member_s_part_and_nothing_else() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 3000], Gen.Int[1, 8], Gen.Int[0, 10_000]).Sample(
            (ranks, count, elementBytes, seed) =>
            {
                ElementRange[] parts = RandomParts(new Random(seed), ranks, count);
                int bytes = Line + (count * elementBytes);
                Ranks.Run(Shape(ranks, bytes), world =>
                {
                    byte[] expected = Filled(world.Rank);
                    expected.CopyTo(new Span<byte>(world.Region, bytes));
                    for (int member = 0; member < ranks; member++)
                    {
                        Range(parts[member], Filled(member)).CopyTo(Range(parts[member], expected));
                    }

                    Group group = world.Group(0);
                    group.AllGather(Line, elementBytes, parts).Wait();
                    Assert.Equal(expected, Region(world));
                    long own = parts[world.Rank].Count;
                    Assert.Equal(new Traffic(1, own * elementBytes * (ranks - 1), (parts.Sum(part => part.Count) - own) * elementBytes), group.AllGatherTraffic);
                    world.Barrier();

                    byte[] Filled(int rank)
                    {
                        byte[] filled = new byte[bytes];
                        new Random((seed * 7) + rank).NextBytes(filled);
                        return filled;
                    }

                    Span<byte> Range(ElementRange part, byte[] buffer) => buffer.AsSpan(Line + ((int)part.Start * elementBytes), (int)part.Count * elementBytes);
                });
            },
            iter: 40);

    [Fact]
    public void Sums_in_place_and_gathered_are_an_all_reduce() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 3000], Gen.Int[0, 10_000]).Sample(
            (ranks, count, seed) =>
            {
                ElementRange[] parts = RandomParts(new Random(seed), ranks, count);
                float[][] sources = [.. Enumerable.Range(0, ranks).Select(rank => Reference.Values(seed, rank, count))];
                uint[] expected = Reference.Bits(Reference.Sum(sources));
                Ranks.Run(Shape(ranks, count * 4), world =>
                {
                    Write(world, 0, isHalf: false, sources[world.Rank]);
                    float* sums = (float*)world.Region + parts[world.Rank].Start;
                    world.Group(0).ReduceScatter(0, ElementType.Float32, parts, sums).WaitForResult();
                    world.Group(0).AllGather(0, 4, parts).Wait();
                    Assert.Equal(expected, Reference.Bits(new ReadOnlySpan<float>(world.Region, count)));
                });
            },
            iter: 30);

    [Fact]
    public void Pending_collectives_of_many_groups_on_a_grid_may_be_waited_for_in_any_order() =>
        Gen.Int[0, 10_000].Sample(seed => Ranks.Run(GridScript.Shape, new GridScript(seed).Run), iter: 25);

    [Fact]
    public void Exchange_gives_every_member_the_bytes_of_all_in_order_of_members() => Ranks.Run(
        new WorldShape { Ranks = 3, Groups = [new GroupShape { Ranks = [2, 0, 1] }] },
        world =>
        {
            Group group = world.Group(0);
            Assert.Equal((world.Rank + 1) % 3, group.Rank);
            for (int round = 0; round < 300; round++)
            {
                byte[] mine = [(byte)world.Rank, (byte)round];
                byte[] all = new byte[6];
                group.Exchange(mine, all);
                Assert.Equal([2, (byte)round, 0, (byte)round, 1, (byte)round], all);
            }

            Assert.Equal(new Traffic(300, 1200, 1200), group.ExchangeTraffic);
            byte[] large = [.. Enumerable.Repeat((byte)world.Rank, 4096)];
            byte[] larges = new byte[3 * 4096];
            group.Exchange(large, larges);
            Assert.Equal(2, larges[4095]);
            Assert.Equal(0, larges[4096]);
            Assert.Throws<ArgumentException>(() => group.Exchange(new byte[4097], new byte[3 * 4097]));
            Assert.Throws<ArgumentException>(() => group.Exchange(new byte[4], new byte[8]));
        });

    [Fact]
    public void A_collective_is_not_done_before_every_member_has_read()
    {
        using ManualResetEventSlim seen = new();
        Ranks.Run(Shape(2, 800), world =>
        {
            ElementRange[] parts = [new(0, 100), new(100, 100)];
            float[] result = new float[100];
            fixed (float* destination = result)
            {
                foreach (bool sums in (bool[])[true, false])
                {
                    Pending pending = sums ? world.Group(0).ReduceScatter(0, ElementType.Float32, parts, destination) : world.Group(0).AllGather(0, 4, parts);
                    if (world.Rank == 0)
                    {
                        // Rank 1 has arrived and is busy with something else.
                        pending.WaitForResult();
                        Assert.True(pending.IsResultReady);
                        Assert.False(pending.IsDone);
                        seen.Set();
                        pending.Wait();
                        Assert.True(pending.IsDone);
                    }
                    else
                    {
                        Assert.True(seen.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), "Rank 0 had no result within 30 s.");
                        pending.Wait();
                        seen.Reset();
                    }

                    world.Barrier();
                }
            }
        });
    }

    [Fact]
    public void A_source_may_be_overwritten_as_soon_as_it_is_done() => Ranks.Run(Shape(3, 60_000 * 4), world =>
    {
        const int Count = 60_000;
        ElementRange[] parts = [new(0, 10_000), new(10_000, 30_000), new(40_000, 20_000)];
        ElementRange own = parts[world.Rank];
        Span<float> region = new(world.Region, Count);
        float[] sums = new float[own.Count];
        fixed (float* destination = sums)
        {
            for (int round = 1; round <= 150; round++)
            {
                region.Fill(round);
                world.Group(0).ReduceScatter(0, ElementType.Float32, parts, destination).Wait();
                region.Fill(-1);
                Assert.False(sums.AsSpan().ContainsAnyExcept(3 * round));

                region.Slice((int)own.Start, (int)own.Count).Fill(round);
                world.Group(0).AllGather(0, 4, parts).Wait();
                region.Slice((int)own.Start, (int)own.Count).Fill(-2);
                for (int member = 0; member < 3; member++)
                {
                    Assert.False(region.Slice((int)parts[member].Start, (int)parts[member].Count).ContainsAnyExcept(member == world.Rank ? -2 : round));
                }
            }
        }
    });

    [Fact]
    public void A_rank_that_waits_for_something_else_goes_on_with_its_collectives()
    {
        WorldShape shape = Shape(2, 400) with { CounterCount = 1, Mailboxes = [new MailboxShape { From = 1, To = 0, Entries = 1, EntryBytes = 8 }], Groups = [Ranks.All(2), Ranks.All(2)] };
        ElementRange[] parts = [new(0, 50), new(50, 50)];
        foreach (string what in (string[])["counter", "mailbox", "barrier", "group"])
        {
            // Rank 1 answers only when rank 0 has read its region: a wait that does nothing else would never end.
            Ranks.Run(shape, world =>
            {
                Pending pending = world.Group(0).AllGather(0, 4, parts);
                long message = 17;
                if (world.Rank == 1)
                {
                    pending.Wait();
                }

                switch (what)
                {
                    case "counter" when world.Rank == 1:
                        world.Advance(0, 1);
                        break;
                    case "counter":
                        world.WaitFor(1, 0, 1);
                        break;
                    case "mailbox" when world.Rank == 1:
                        world.Mailbox(0).Send(&message, sizeof(long));
                        break;
                    case "mailbox":
                        world.Mailbox(0).Receive(&message, sizeof(long));
                        break;
                    case "barrier":
                        world.Barrier();
                        break;
                    default:
                        world.Group(1).Barrier();
                        break;
                }

                pending.Wait();
            });
        }
    }

    [Fact]
    public void What_does_not_fit_the_group_is_refused() => Ranks.Run(
        new WorldShape { Ranks = 2, RegionBytes = [100, 80], Groups = [Ranks.All(2), new GroupShape { Ranks = [1] }] },
        world =>
        {
            Group group = world.Group(0);
            Assert.Same(group, world.Group(0));
            Assert.Equal([0, 1], group.Members);
            Assert.Throws<ArgumentException>(() => group.AllGather(0, 4, [new(0, 1)]));
            Assert.Throws<ArgumentOutOfRangeException>(() => group.AllGather(0, 4, [new(0, 1), new(20, 1)]));
            Assert.Throws<ArgumentOutOfRangeException>(() => group.AllGather(40, 4, [new(0, 1), new(10, 1)]));
            Assert.Throws<ArgumentOutOfRangeException>(() => group.AllGather(0, 4, [new(0, 1), new(1, long.MaxValue)]));
            Assert.Throws<ArgumentOutOfRangeException>(() => group.AllGather(0, 0, [new(0, 1), new(1, 1)]));
            Assert.Throws<ArgumentOutOfRangeException>(() => group.ReduceScatter(-4, ElementType.Float32, [new(0, 1), new(1, 1)], null));
            if (world.Rank == 0)
            {
                Assert.Contains("not in group 1", Assert.Throws<ArgumentException>(() => world.Group(1)).Message, StringComparison.Ordinal);
            }

            Assert.Equal(0, group.BytesSent);
            Assert.True(default(Pending).IsDone);
            default(Pending).Wait();
            group.Barrier();
        });

    internal static ElementRange[] RandomParts(Random random, int members, int count)
    {
        int[] cuts = [0, .. Enumerable.Range(1, members - 1).Select(_ => random.Next(count + 1)).Order(), count];
        return [.. Enumerable.Range(0, members).Select(member => new ElementRange(cuts[member], cuts[member + 1] - cuts[member]))];
    }

    private static WorldShape Shape(int ranks, long regionBytes) => new() { Ranks = ranks, Epoch = 3, RegionBytes = [.. Enumerable.Repeat(regionBytes, ranks)], Groups = [Ranks.All(ranks)] };

    private static byte[] Region(World world) => new Span<byte>(world.Region, (int)world.Shape.RegionBytes[world.Rank]).ToArray();

    private static float[] Source(bool isHalf, int seed, int rank, int count) => isHalf
        ? [.. Reference.Halves(seed, rank, count).Select(Reference.Widen)]
        : Reference.Values(seed, rank, count);

    private static void Write(World world, int offset, bool isHalf, float[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (isHalf)
            {
                ((ushort*)(world.Region + offset))[i] = (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16);
            }
            else
            {
                ((float*)(world.Region + offset))[i] = values[i];
            }
        }
    }
}
