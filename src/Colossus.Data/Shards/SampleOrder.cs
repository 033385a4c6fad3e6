namespace Colossus.Data.Shards;

/// <summary>The order in which samples are used: a permutation of all of them for each pass, a function of seed and position alone.</summary>
/// <remarks>
/// No table: four rounds of a Feistel network over the smallest even number of bits that holds the count, walked until the result is below the count
/// (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002). Any rank can compute any place, however many ranks there are.
/// </remarks>
/// <param name="seed">The run's seed.</param>
/// <param name="count">Number of samples, 1 or more.</param>
public sealed class SampleOrder(ulong seed, long count)
{
    private const int Rounds = 4;
    private readonly int halfBits = Math.Max(1, (int)Math.Ceiling(Math.Log2(Math.Max(2, count)) / 2));

    /// <summary>The sample at a position.</summary>
    /// <param name="position">0 for the run's first sample; <c>count</c> begins the second pass.</param>
    /// <returns>A sample from 0 to count - 1.</returns>
    public long SampleAt(long position)
    {
        ulong key = Mix(seed + Mix((ulong)(position / count) + 1));
        ulong value = (ulong)(position % count);
        do
        {
            value = Permute(value, key);
        }
        while (value >= (ulong)count);

        return (long)value;
    }

    private ulong Permute(ulong value, ulong key)
    {
        ulong mask = (1UL << halfBits) - 1;
        ulong left = value >> halfBits;
        ulong right = value & mask;
        for (ulong round = 0; round < Rounds; round++)
        {
            (left, right) = (right, left ^ (Mix(key + (round << 56) + right) & mask));
        }

        return (left << halfBits) | right;
    }

    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
