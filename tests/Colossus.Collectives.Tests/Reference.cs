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

    public static ushort[] Halves(int seed, int rank, int count) => [.. Values(seed, rank, count).Select(SumKernels.Narrow)];

    public static float[] Sum(IReadOnlyList<float[]> parts, float scale)
    {
        float[] sum = [.. parts[0]];
        for (int rank = 1; rank < parts.Count; rank++)
        {
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += parts[rank][i];
            }
        }

        return [.. sum.Select(value => value * scale)];
    }

    public static ushort[] Sum(IReadOnlyList<ushort[]> parts, float scale) =>
        [.. Sum([.. parts.Select(part => part.Select(SumKernels.Widen).ToArray())], scale).Select(SumKernels.Narrow)];

    public static uint[] Bits(ReadOnlySpan<float> values)
    {
        uint[] bits = new uint[values.Length];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = BitConverter.SingleToUInt32Bits(values[i]);
        }

        return bits;
    }
}
