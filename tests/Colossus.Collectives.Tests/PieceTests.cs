using CsCheck;

namespace Colossus.Collectives.Tests;

/// <summary>Collectives that move pieces from regions to memory of a rank's own.</summary>
public sealed unsafe class PieceTests
{
    private const int Line = 64, Count = 700;

    private static readonly Gen<(int Ranks, bool IsHalf, int Seed)> cases = Gen.Select(Gen.Int[1, 6], Gen.Bool, Gen.Int[0, 10_000]);

    [Fact]
    public void Each_member_gets_the_rounded_sum_of_its_pieces_at_their_places_or_has_it_added() => cases.Sample(
        (ranks, isHalf, seed) =>
        {
            Piece[][] pieces = Pieces(new Random(seed), ranks);
            float[][] sources = [.. Enumerable.Range(0, ranks).Select(rank => Source(isHalf, seed, rank))];
            float[] sum = Reference.Sum(sources);
            ElementType type = isHalf ? ElementType.BFloat16 : ElementType.Float32;
            Run(ranks, isHalf, sources, (world, bytes) =>
            {
                Group group = world.Group(0);
                float[] expected = new float[Count];
                Place(pieces[group.Rank], (to, from) => expected[to] = Rounded(isHalf, sum[from]));
                byte[] target = new byte[Count * bytes];
                fixed (byte* destination = target)
                {
                    group.Sum(Line, type, pieces, destination).Wait();
                    Assert.Equal(Reference.Bits(expected), Reference.Bits(Values(isHalf, target)));
                    group.Sum(Line, type, pieces, destination, add: true).Wait();
                }

                Place(pieces[group.Rank], (to, from) => expected[to] = Rounded(isHalf, expected[to] + sum[from]));
                Assert.Equal(Reference.Bits(expected), Reference.Bits(Values(isHalf, target)));
                long own = Total(pieces[group.Rank]) * bytes, all = pieces.Sum(Total) * bytes;
                Assert.Equal(new Traffic(2, ranks == 1 ? 0 : 2 * (all - own), 2 * own * (ranks - 1)), group.ReduceScatterTraffic);
            });
        },
        iter: 40);

    [Fact]
    public void All_members_get_the_pieces_of_each_at_their_places() => cases.Sample(
        (ranks, isHalf, seed) =>
        {
            // The pieces of members do not overlap where they are written.
            Piece[][] pieces = [.. Pieces(new Random(seed), ranks).Select((ofMember, member) => ofMember.Select(piece => piece with { To = piece.To + (member * Count) }).ToArray())];
            float[][] sources = [.. Enumerable.Range(0, ranks).Select(rank => Source(isHalf, seed, rank))];
            Run(ranks, isHalf, sources, (world, bytes) =>
            {
                Group group = world.Group(0);
                byte[] target = new byte[ranks * Count * bytes];
                fixed (byte* destination = target)
                {
                    group.Gather(Line, bytes, pieces, destination).Wait();
                }

                AssertCopied(isHalf, pieces, sources, target);
                long own = Total(pieces[group.Rank]) * bytes, all = pieces.Sum(Total) * bytes;
                Assert.Equal(new Traffic(1, own * (ranks - 1), all - own), group.AllGatherTraffic);
            });
        },
        iter: 40);

    [Fact]
    public void Each_member_takes_what_it_wants_of_each() => cases.Sample(
        (ranks, isHalf, seed) =>
        {
            Piece[][][] wanted = [.. Enumerable.Range(0, ranks).Select(rank => Pieces(new Random((seed * 10) + rank), ranks)
                .Select((ofMember, member) => ofMember.Select(piece => piece with { To = piece.To + (member * Count) }).ToArray()).ToArray())];
            float[][] sources = [.. Enumerable.Range(0, ranks).Select(rank => Source(isHalf, seed, rank))];
            Run(ranks, isHalf, sources, (world, bytes) =>
            {
                Group group = world.Group(0);
                int me = group.Rank;
                long sent = Enumerable.Range(0, ranks).Where(rank => rank != me).Sum(rank => Total(wanted[rank][me]));
                byte[] target = new byte[ranks * Count * bytes];
                fixed (byte* destination = target)
                {
                    group.Take(Line, bytes, wanted[me], destination, sent).Wait();
                }

                AssertCopied(isHalf, wanted[me], sources, target);
                Assert.Equal(new Traffic(1, sent * bytes, wanted[me].Where((_, member) => member != me).Sum(Total) * bytes), group.AllToAllTraffic);
                Assert.Equal(sent * bytes, group.BytesSent);
            });
        },
        iter: 40);

    [Fact]
    public void Pieces_outside_of_the_regions_are_refused() => Ranks.Run(Shape(1, Line), world =>
    {
        foreach (Piece piece in (Piece[])[new(15, 0, 2), new(-1, 0, 1), new(0, -1, 1), new(0, 0, -1), new(long.MaxValue, 0, 1)])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => world.Group(0).Gather(0, sizeof(float), [[piece]], null));
        }

        Assert.Throws<ArgumentException>(() => world.Group(0).Gather(0, sizeof(float), [[], []], null));
    });

    [Fact]
    public void Sums_are_rounded_to_the_nearest_half_and_ties_to_even()
    {
        float[] special = [0, -0f, 1, float.NaN, BitConverter.UInt32BitsToSingle(0x7fffffff), BitConverter.UInt32BitsToSingle(0xff800001), float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon];
        ushort[][] halves = [.. Enumerable.Range(0, 2).Select(source => Reference.Halves(3, source, 1019))];
        for (int i = 0; i < special.Length; i++)
        {
            (halves[0][i], halves[1][i]) = ((ushort)(BitConverter.SingleToUInt32Bits(special[i]) >> 16), 0);
        }

        // 1 + 2⁻⁸ lies between two halves and becomes the even one, 1; 1 + 2⁻⁷ + 2⁻⁸ becomes the upper one.
        (halves[0][20], halves[1][20]) = (0x3f80, 0x3b80);
        (halves[0][21], halves[1][21]) = (0x3f81, 0x3b80);
        ushort[] result = new ushort[1019];
        Pinned.Use([.. halves, result], pointers => SumKernels.SumRounded(ElementType.BFloat16, (void**)pointers, 2, ((void**)pointers)[2], result.Length, add: false));
        Assert.Equal(0x3f80, result[20]);
        Assert.Equal(0x3f82, result[21]);
        for (int i = 0; i < result.Length; i++)
        {
            float exact = Reference.Widen(halves[0][i]) + Reference.Widen(halves[1][i]);
            float found = Reference.Widen(result[i]);
            Assert.True(float.IsNaN(exact) ? float.IsNaN(found) : BitConverter.SingleToUInt32Bits(Rounded(true, exact)) == BitConverter.SingleToUInt32Bits(found), $"{exact:R} became {found:R}");
        }
    }

    private static void Run(int ranks, bool isHalf, float[][] sources, Action<World, int> body)
    {
        int bytes = isHalf ? 2 : 4;
        Ranks.Run(Shape(ranks, Line + (Count * bytes)), world =>
        {
            for (int i = 0; i < Count; i++)
            {
                if (isHalf)
                {
                    ((ushort*)(world.Region + Line))[i] = (ushort)(BitConverter.SingleToUInt32Bits(sources[world.Rank][i]) >> 16);
                }
                else
                {
                    ((float*)(world.Region + Line))[i] = sources[world.Rank][i];
                }
            }

            body(world, bytes);
        });
    }

    private static void AssertCopied(bool isHalf, Piece[][] pieces, float[][] sources, byte[] target)
    {
        float[] expected = new float[sources.Length * Count];
        for (int member = 0; member < sources.Length; member++)
        {
            Place(pieces[member], (to, from) => expected[to] = sources[member][from]);
        }

        Assert.Equal(Reference.Bits(expected), Reference.Bits(Values(isHalf, target)));
    }

    private static void Place(Piece[] pieces, Action<long, long> set)
    {
        foreach (Piece piece in pieces)
        {
            for (long i = 0; i < piece.Count; i++)
            {
                set(piece.To + i, piece.From + i);
            }
        }
    }

    // Of each member up to four pieces that do not overlap where they are written, and may where they are read.
    private static Piece[][] Pieces(Random random, int ranks) => [.. Enumerable.Range(0, ranks).Select(_ => Enumerable.Range(0, random.Next(5)).Select(index =>
    {
        int count = random.Next(Count / 4);
        return new Piece(random.Next(Count - count), (index * Count / 4) + random.Next((Count / 4) - count), count);
    }).ToArray())];

    private static long Total(Piece[] pieces) => pieces.Sum(piece => piece.Count);

    private static float[] Source(bool isHalf, int seed, int rank) => isHalf ? [.. Reference.Halves(seed, rank, Count).Select(Reference.Widen)] : Reference.Values(seed, rank, Count);

    private static float[] Values(bool isHalf, byte[] bytes)
    {
        float[] values = new float[bytes.Length / (isHalf ? 2 : 4)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = isHalf ? Reference.Widen(BitConverter.ToUInt16(bytes, i * 2)) : BitConverter.ToSingle(bytes, i * 4);
        }

        return values;
    }

    // The nearer of the two halves around a number; of two equally near ones the one whose last bit is 0.
    private static float Rounded(bool isHalf, float value)
    {
        if (!isHalf || !float.IsFinite(value))
        {
            return value;
        }

        uint below = BitConverter.SingleToUInt32Bits(value) >> 16;
        double down = Math.Abs(value - (double)Widened(below)), up = Math.Abs(Widened(below + 1) - (double)value);
        return (float)Widened(down < up || (down == up && below % 2 == 0) ? below : below + 1);

        // Beyond the largest half lies what would be the next one; as a float it is infinite.
        static double Widened(uint half) => (half & 0x7fff) == 0x7f80 ? Math.CopySign(Math.ScaleB(1, 128), (half & 0x8000) == 0 ? 1 : -1) : Reference.Widen((ushort)half);
    }

    private static WorldShape Shape(int ranks, int bytes) => new() { Ranks = ranks, RegionBytes = [.. Enumerable.Repeat((long)bytes, ranks)], Groups = [Ranks.All(ranks)] };
}
