using System.Numerics;
using Colossus.Specs.Randomness;

namespace Colossus.Data.Shards;

/// <summary>
/// Which sample training takes at which position. Each pass over the corpus is a pseudo-random permutation of all samples, another one for each pass.
/// It depends on the seed and the position alone: not on ranks, batch sizes, restarts, nor on what was taken before, so that any step can be
/// repeated and every sample is used exactly once a pass. No table is kept: a Feistel network of four rounds permutes the next power of four, and
/// positions that land outside are walked on along their cycle until they fall inside (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002).
/// That takes less than four steps on average.
/// </summary>
public sealed class SampleOrder
{
    private const int Rounds = 4;

    private readonly ulong seed;
    private readonly int halfBits;
    private readonly ulong halfMask;

    /// <summary>An order.</summary>
    /// <param name="seed">Seed of the run; any value.</param>
    /// <param name="sampleCount">Number of samples in the training part, at least 1.</param>
    public SampleOrder(ulong seed, long sampleCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleCount, 1);
        this.seed = seed;
        SampleCount = sampleCount;
        var bits = 64 - BitOperations.LeadingZeroCount((ulong)sampleCount - 1);
        halfBits = Math.Max(1, (bits + 1) / 2);
        halfMask = (1UL << halfBits) - 1;
    }

    /// <summary>Number of samples in a pass.</summary>
    public long SampleCount { get; }

    /// <summary>The sample at a position of the whole training.</summary>
    /// <param name="position">Step times global batch plus the index in the global batch; at least 0.</param>
    /// <returns>A sample, at least 0 and below <see cref="SampleCount"/>.</returns>
    public long SampleAt(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        var (pass, index) = Math.DivRem(position, SampleCount);
        var key = Mix(seed + Mix((ulong)pass + 1));
        var value = (ulong)index;
        do
        {
            value = Permute(value, key);
        }
        while (value >= (ulong)SampleCount);
        return (long)value;
    }

    private ulong Permute(ulong value, ulong key)
    {
        var left = value >> halfBits;
        var right = value & halfMask;
        for (ulong round = 0; round < Rounds; round++)
        {
            (left, right) = (right, left ^ (Mix(key + (round << 56) + right) & halfMask));
        }

        return (left << halfBits) | right;
    }

    private static ulong Mix(ulong value) => SplitMix64.Mix(value + SplitMix64.Increment);
}
