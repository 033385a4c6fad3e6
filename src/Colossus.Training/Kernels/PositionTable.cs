using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>Learned positions, and the gradient of their table.</summary>
internal static unsafe class PositionTable
{
    private const int Lanes = 16;

    /// <summary>stream[row] += table[row modulo sequence].</summary>
    /// <param name="stream">[sequences · sequence, width], added to.</param>
    /// <param name="table">[sequence, width].</param>
    public static void Add<T>(T* stream, T* table, int sequences, int sequence, int width)
        where T : unmanaged, IElement<T>
    {
        long count = (long)sequence * width;
        for (int i = 0; i < sequences; i++)
        {
            Flat.Add(stream + (i * count), table, count);
        }
    }

    /// <summary>dTable[position] = Σ over sequences of dStream there, or added to it; summed in fp32, in the order of the sequences, and rounded once.</summary>
    /// <param name="dStream">[sequences · sequence, width].</param>
    /// <param name="dTable">[sequence, width], written, or added to.</param>
    /// <param name="accumulate">Whether to add to <paramref name="dTable"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient<T>(T* dStream, T* dTable, bool accumulate, int sequences, int sequence, int width)
        where T : unmanaged, IElement<T>
    {
        long count = (long)sequence * width;
        long i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            var sum = accumulate ? T.Load(dTable + i) : Vector512<float>.Zero;
            for (int n = 0; n < sequences; n++)
            {
                sum += T.Load(dStream + (n * count) + i);
            }

            T.Store(dTable + i, sum);
        }

        for (; i < count; i++)
        {
            float sum = accumulate ? T.ToFloat(dTable[i]) : 0;
            for (int n = 0; n < sequences; n++)
            {
                sum += T.ToFloat(dStream[(n * count) + i]);
            }

            dTable[i] = T.FromFloat(sum);
        }
    }
}
