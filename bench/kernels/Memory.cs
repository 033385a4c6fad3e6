using System.Runtime.InteropServices;
using Colossus.Training.Kernels;

namespace Colossus.Bench.Kernels;

/// <summary>Arrays of normal random values, aligned to 64 bytes, never freed: the program is short.</summary>
internal static unsafe class Memory
{
    private static readonly Random Source = new(1);

    public static T* Values<T>(long count, float scale = 1)
        where T : unmanaged, IElement<T>
    {
        T* values = (T*)NativeMemory.AlignedAlloc((nuint)(count * sizeof(T)), 64);
        for (long i = 0; i < count; i++)
        {
            double angle = 2 * Math.PI * Source.NextDouble();
            values[i] = T.FromFloat(scale * (float)(Math.Sqrt(-2 * Math.Log(1 - Source.NextDouble())) * Math.Cos(angle)));
        }

        return values;
    }

    public static int* Ids(int count, int limit)
    {
        int* ids = (int*)NativeMemory.AlignedAlloc((nuint)count * sizeof(int), 64);
        for (int i = 0; i < count; i++)
        {
            ids[i] = Source.Next(limit);
        }

        return ids;
    }
}
