using Colossus.Specs.Jobs;

namespace Colossus.Training.Kernels;

/// <summary>
/// Puts heads of latent attention together and takes their gradients apart. As weights are published, a head is its plain part, then its rotary part with neighbours as pairs; put together it is
/// the rotary part with element i and i + half as a pair, as <see cref="Rope"/> turns them, then the plain one.
/// </summary>
internal static unsafe class LatentHeads
{
    private const int RowsPerBlock = 64;

    /// <summary>Puts heads together.</summary>
    /// <param name="queries">[rows, heads of (plain | rotary)].</param>
    /// <param name="keysValues">[rows, heads of (plain key | value)].</param>
    /// <param name="rotaryKey">[rows, rotary]: of the keys of all heads.</param>
    /// <param name="packed">[rows, query heads | key heads | value heads], written.</param>
    public static void Assemble<T>(T* queries, T* keysValues, T* rotaryKey, T* packed, int rows, int heads, LatentAttention widths)
        where T : unmanaged, IElement<T> =>
        KernelThreads.For(Blocks(rows), new AssembleBody<T>(queries, keysValues, rotaryKey, packed, rows, new Row(heads, widths)));

    /// <summary>Takes gradients apart; that of the rotary part of the keys is summed over heads, in fp32 and in their order.</summary>
    /// <param name="dPacked">[rows, query heads | key heads | value heads].</param>
    /// <param name="dQueries">[rows, heads of (plain | rotary)], written.</param>
    /// <param name="dKeysValues">[rows, heads of (plain key | value)], written.</param>
    /// <param name="dRotaryKey">[rows, rotary], written.</param>
    public static void TakeApart<T>(T* dPacked, T* dQueries, T* dKeysValues, T* dRotaryKey, int rows, int heads, LatentAttention widths)
        where T : unmanaged, IElement<T> =>
        KernelThreads.For(Blocks(rows), new TakeApartBody<T>(dPacked, dQueries, dKeysValues, dRotaryKey, rows, new Row(heads, widths)));

    private static int Blocks(int rows) => (rows + RowsPerBlock - 1) / RowsPerBlock;

    private static void PairHalves<T>(T* neighbours, T* halves, int half)
        where T : unmanaged
    {
        for (int i = 0; i < half; i++)
        {
            halves[i] = neighbours[2 * i];
            halves[half + i] = neighbours[(2 * i) + 1];
        }
    }

    private static void PairNeighbours<T>(T* halves, T* neighbours, int half)
        where T : unmanaged
    {
        for (int i = 0; i < half; i++)
        {
            neighbours[2 * i] = halves[i];
            neighbours[(2 * i) + 1] = halves[half + i];
        }
    }

    private readonly struct Row(int heads, LatentAttention widths)
    {
        public readonly int Heads = heads;
        public readonly int Rotary = widths.RotaryWidth;
        public readonly int Plain = widths.PlainWidth;
        public readonly int Value = widths.ValueWidth;

        public int Score => Rotary + Plain;

        public int KeyValue => Plain + Value;

        // Columns of packed rows.
        public int Key(int head) => (Heads + head) * Score;

        public int ValueOf(int head) => (2 * Heads * Score) + (head * Value);

        public int Packed => Heads * ((2 * Score) + Value);
    }

    private readonly struct AssembleBody<T>(T* queries, T* keysValues, T* rotaryKey, T* packed, int rows, Row widths) : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly T* queries = queries;
        private readonly T* keysValues = keysValues;
        private readonly T* rotaryKey = rotaryKey;
        private readonly T* packed = packed;
        private readonly int rows = rows;
        private readonly Row widths = widths;

        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (long row = item * RowsPerBlock; row < end; row++)
            {
                T* to = packed + (row * widths.Packed);
                for (int head = 0; head < widths.Heads; head++)
                {
                    T* query = queries + (((row * widths.Heads) + head) * widths.Score);
                    PairHalves(query + widths.Plain, to + (head * widths.Score), widths.Rotary / 2);
                    Flat.Convert(query, to + (head * widths.Score) + widths.Rotary, widths.Plain);
                    T* keyValue = keysValues + (((row * widths.Heads) + head) * widths.KeyValue);
                    PairHalves(rotaryKey + (row * widths.Rotary), to + widths.Key(head), widths.Rotary / 2);
                    Flat.Convert(keyValue, to + widths.Key(head) + widths.Rotary, widths.Plain);
                    Flat.Convert(keyValue + widths.Plain, to + widths.ValueOf(head), widths.Value);
                }
            }
        }
    }

    private readonly struct TakeApartBody<T>(T* dPacked, T* dQueries, T* dKeysValues, T* dRotaryKey, int rows, Row widths) : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly T* dPacked = dPacked;
        private readonly T* dQueries = dQueries;
        private readonly T* dKeysValues = dKeysValues;
        private readonly T* dRotaryKey = dRotaryKey;
        private readonly int rows = rows;
        private readonly Row widths = widths;

        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (long row = item * RowsPerBlock; row < end; row++)
            {
                T* from = dPacked + (row * widths.Packed);
                for (int head = 0; head < widths.Heads; head++)
                {
                    T* query = dQueries + (((row * widths.Heads) + head) * widths.Score);
                    PairNeighbours(from + (head * widths.Score), query + widths.Plain, widths.Rotary / 2);
                    Flat.Convert(from + (head * widths.Score) + widths.Rotary, query, widths.Plain);
                    T* keyValue = dKeysValues + (((row * widths.Heads) + head) * widths.KeyValue);
                    Flat.Convert(from + widths.Key(head) + widths.Rotary, keyValue, widths.Plain);
                    Flat.Convert(from + widths.ValueOf(head), keyValue + widths.Plain, widths.Value);
                }

                SumRotaryKeys(from, dRotaryKey + (row * widths.Rotary));
            }
        }

        private void SumRotaryKeys(T* from, T* sums)
        {
            int half = widths.Rotary / 2;
            for (int i = 0; i < widths.Rotary; i++)
            {
                float sum = 0;
                for (int head = 0; head < widths.Heads; head++)
                {
                    sum += T.ToFloat(from[widths.Key(head) + i]);
                }

                sums[i < half ? 2 * i : (2 * (i - half)) + 1] = T.FromFloat(sum);
            }
        }
    }
}
