using System.Runtime.InteropServices;

namespace Colossus.Training.Kernels;

/// <summary>Rows of a table by token id, and the table's gradient.</summary>
internal static unsafe class Embedding
{
    /// <summary>output[row] = table[ids[row]].</summary>
    /// <param name="table">[vocab, width].</param>
    /// <param name="ids">[rows], each below the vocabulary's size.</param>
    /// <param name="output">[rows, width], written.</param>
    public static void Gather<T>(T* table, int* ids, T* output, int rows, int width)
        where T : unmanaged, IElement<T>
    {
        long bytes = (long)width * sizeof(T);
        for (int row = 0; row < rows; row++)
        {
            Buffer.MemoryCopy(table + ((long)ids[row] * width), output + ((long)row * width), bytes, bytes);
        }
    }

    /// <summary>dTable[ids[row]] += dOutput[row]. Rows of one id are summed in fp32, in their order, and added once.</summary>
    /// <param name="dOutput">[rows, width].</param>
    /// <param name="ids">[rows].</param>
    /// <param name="dTable">[vocab, width], added to.</param>
    public static void ScatterAdd<T>(T* dOutput, int* ids, T* dTable, int rows, int width)
        where T : unmanaged, IElement<T>
    {
        int[] order = [.. Enumerable.Range(0, rows)];
        int[] keys = new ReadOnlySpan<int>(ids, rows).ToArray();
        Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));

        F32* sum = (F32*)NativeMemory.Alloc((nuint)width, sizeof(float));
        for (int start = 0; start < rows;)
        {
            int id = keys[order[start]];
            T* target = dTable + ((long)id * width);
            Flat.Convert(target, sum, width);
            int end = start;
            for (; end < rows && keys[order[end]] == id; end++)
            {
                Flat.Add(sum, dOutput + ((long)order[end] * width), width);
            }

            Flat.Convert(sum, target, width);
            start = end;
        }

        NativeMemory.Free(sum);
    }
}
