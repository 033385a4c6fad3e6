using System.Security.Cryptography;

namespace Colossus.Collectives.Tests;

/// <summary>The plain definition of what the collectives compute, and inputs for them.</summary>
internal static class Reference
{
    /// <summary>Values of very different size, so that another order of summation gives other bits.</summary>
    public static float[] Values(int seed, int rank, int count)
    {
        Random random = new((seed * 1000) + rank);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 7)));
        }

        return values;
    }

    /// <summary>The same, cut off to bfloat16.</summary>
    public static ushort[] Halves(int seed, int rank, int count) => [.. Values(seed, rank, count).Select(value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16))];

    public static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>The definition of the order of sums, by recursion on one element.</summary>
    public static float Tree(ReadOnlySpan<float> terms)
    {
        if (terms.Length == 1)
        {
            return terms[0];
        }

        int middle = 1;
        while (middle * 2 < terms.Length)
        {
            middle *= 2;
        }

        return Tree(terms[..middle]) + Tree(terms[middle..]);
    }

    public static float[] Sum(IReadOnlyList<float[]> parts) =>
        [.. Enumerable.Range(0, parts[0].Length).Select(i => Tree([.. parts.Select(part => part[i])]))];

    public static uint[] Bits(ReadOnlySpan<float> values)
    {
        uint[] bits = new uint[values.Length];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = BitConverter.SingleToUInt32Bits(values[i]);
        }

        return bits;
    }

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
