using System.Runtime.CompilerServices;

namespace Colossus.Training.Kernels;

/// <summary>Rows of a table by index, and the table's gradient: those of the embedding by token id, and with <see cref="Visits"/> those of tokens on their way to experts.</summary>
internal static unsafe class Embedding
{
    private const int Lanes = 16;
    private const int RowsPerBlock = 64;

    // The sums of a piece of one table row stay in the nearest cache; pieces are what threads share.
    private const int ColumnsPerBlock = 256;

    /// <summary>output[row] = table[ids[row]]; 0 for an id of which another rank has the row.</summary>
    /// <param name="table">[ids of the share, width].</param>
    /// <param name="ids">[rows].</param>
    /// <param name="output">[rows, width], written.</param>
    /// <param name="share">The ids that the table has.</param>
    public static void Gather<T>(T* table, int* ids, T* output, int rows, int width, VocabularyShare share)
        where T : unmanaged, IElement<T> => KernelThreads.For((rows + RowsPerBlock - 1) / RowsPerBlock, new GatherBody<T>(table, ids, output, rows, width, share));

    /// <summary>dTable[ids[row]] += dOutput[row]. Rows of one id are summed in fp32, in their order, and added once; ids of which another rank has the row are left out.</summary>
    /// <param name="dOutput">[rows, width].</param>
    /// <param name="ids">[rows].</param>
    /// <param name="dTable">[ids of the share, width], added to.</param>
    /// <param name="share">The ids that the table has.</param>
    public static void ScatterAdd<T>(T* dOutput, int* ids, T* dTable, int rows, int width, VocabularyShare share)
        where T : unmanaged, IElement<T>
    {
        // The id above, the row below: sorted, rows of an id lie together and in their order.
        ulong* order = ThreadScratch.Begin((long)rows * sizeof(ulong)).Take<ulong>(rows);
        int here = 0;
        for (int row = 0; row < rows; row++)
        {
            int id = ids[row] - share.First;
            if (id >= 0 && id < share.Real)
            {
                order[here++] = ((ulong)(uint)id << 32) | (uint)row;
            }
        }

        new Span<ulong>(order, here).Sort();
        KernelThreads.For((width + ColumnsPerBlock - 1) / ColumnsPerBlock, new ScatterBody<T>(dOutput, order, dTable, here, width));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows<T>(T* dOutput, ulong* order, int count, T* target, int width, int columns)
        where T : unmanaged, IElement<T>
    {
        int i = 0;
        for (; i <= columns - (2 * Lanes); i += 2 * Lanes)
        {
            var sum0 = T.Load(target + i);
            var sum1 = T.Load(target + i + Lanes);
            for (int n = 0; n < count; n++)
            {
                T* line = dOutput + ((long)(uint)order[n] * width) + i;
                sum0 += T.Load(line);
                sum1 += T.Load(line + Lanes);
            }

            T.Store(target + i, sum0);
            T.Store(target + i + Lanes, sum1);
        }

        for (; i < columns; i++)
        {
            float sum = T.ToFloat(target[i]);
            for (int n = 0; n < count; n++)
            {
                sum += T.ToFloat(dOutput[((long)(uint)order[n] * width) + i]);
            }

            target[i] = T.FromFloat(sum);
        }
    }

    private readonly struct GatherBody<T>(T* table, int* ids, T* output, int rows, int width, VocabularyShare share) : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly T* table = table;
        private readonly int* ids = ids;
        private readonly T* output = output;
        private readonly int rows = rows;
        private readonly int width = width;
        private readonly VocabularyShare share = share;

        public void Run(int item)
        {
            long bytes = (long)width * sizeof(T);
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                int id = ids[row] - share.First;
                T* target = output + ((long)row * width);
                if (id >= 0 && id < share.Real)
                {
                    Buffer.MemoryCopy(table + ((long)id * width), target, bytes, bytes);
                }
                else
                {
                    Flat.Zero(target, width);
                }
            }
        }
    }

    private readonly struct ScatterBody<T>(T* dOutput, ulong* order, T* dTable, int rows, int width) : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly T* dOutput = dOutput;
        private readonly ulong* order = order;
        private readonly T* dTable = dTable;
        private readonly int rows = rows;
        private readonly int width = width;

        public void Run(int item)
        {
            int column = item * ColumnsPerBlock;
            int columns = Math.Min(ColumnsPerBlock, width - column);
            int end;
            for (int start = 0; start < rows; start = end)
            {
                uint id = (uint)(order[start] >> 32);
                for (end = start + 1; end < rows && (uint)(order[end] >> 32) == id;)
                {
                    end++;
                }

                AddRows(dOutput + column, order + start, end - start, dTable + ((long)id * width) + column, width, columns);
            }
        }
    }
}
