using Colossus.Data.Shards;
using CsCheck;

namespace Colossus.Data.Tests.Shards;

public sealed class SampleOrderTests
{
    [Fact]
    public void Each_pass_is_a_permutation_for_any_count_and_seed() =>
        Gen.Select(Gen.ULong, Gen.Long[1, 3000], Gen.Long[0, 1L << 40]).Sample((seed, count, pass) =>
        {
            var order = new SampleOrder(seed, count);
            var seen = new bool[count];
            for (long i = 0; i < count; i++)
            {
                var sample = order.SampleAt((pass * count) + i);
                Assert.InRange(sample, 0, count - 1);
                Assert.False(seen[sample], $"sample {sample} came twice");
                seen[sample] = true;
            }
        }, iter: 300);

    [Fact]
    public void Counts_around_powers_of_two_are_permuted()
    {
        foreach (long count in new[] { 1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 255, 256, 257, 4095, 4096, 4097, 65535, 65536, 65537 })
        {
            var order = new SampleOrder(7, count);
            Assert.Equal(count, Enumerable.Range(0, (int)count).Select(i => order.SampleAt(i)).Distinct().Count());
        }
    }

    [Fact]
    public void Huge_counts_stay_in_range() => Gen.Select(Gen.ULong, Gen.Long[1L << 50, 1L << 61], Gen.Long[0, long.MaxValue]).Sample(
        (seed, count, position) => Assert.InRange(new SampleOrder(seed, count).SampleAt(position), 0, count - 1));

    // Weights are bit for bit the same only as long as this order is: a change here breaks the continuation of every run.
    [Fact]
    public void The_order_is_pinned()
    {
        var order = new SampleOrder(1, 51_333);
        Assert.Equal([40384, 25325, 39419, 24614, 36529, 10458], Enumerable.Range(0, 6).Select(i => order.SampleAt(i)));
        Assert.Equal([4338, 10259, 13117], Enumerable.Range(0, 3).Select(i => order.SampleAt(51_333 + i)));
    }

    [Fact]
    public void Seeds_and_passes_differ_and_neighbours_are_scattered()
    {
        const int Count = 10_000;
        long[] Pass(ulong seed, long pass)
        {
            var order = new SampleOrder(seed, Count);
            return [.. Enumerable.Range(0, Count).Select(i => order.SampleAt((pass * Count) + i))];
        }

        var first = Pass(1, 0);
        foreach (var other in new[] { Pass(2, 0), Pass(1, 1), [.. Enumerable.Range(0, Count)] })
        {
            // Two random permutations agree in one place on average; Poisson makes 12 improbable (1e-9).
            Assert.InRange(first.Zip(other).Count(pair => pair.First == pair.Second), 0, 12);
        }

        // Mean distance of neighbours in a random permutation: a third of the count.
        var distance = first.Zip(first.Skip(1)).Average(pair => Math.Abs(pair.First - pair.Second));
        Assert.InRange(distance, Count * 0.32, Count * 0.347);
        foreach (var tenth in first.Chunk(Count / 10))
        {
            Assert.InRange(tenth.Average(), Count * 0.46, Count * 0.54);
        }
    }

    [Fact]
    public void A_position_before_the_first_or_no_samples_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleOrder(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleOrder(1, 5).SampleAt(-1));
    }
}
