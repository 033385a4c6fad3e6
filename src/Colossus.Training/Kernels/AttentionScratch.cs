using System.Runtime.InteropServices;

namespace Colossus.Training.Kernels;

/// <summary>One thread's room for packed heads and blocks of scores; grows to the largest use and stays.</summary>
internal sealed unsafe class AttentionScratch
{
    [ThreadStatic]
    private static AttentionScratch? ofThread;

    private float* memory;
    private long capacity;
    private long used;

    /// <summary>The room of this thread, empty.</summary>
    /// <param name="floats">How much will be taken.</param>
    public static AttentionScratch Begin(long floats)
    {
        var scratch = ofThread ??= new AttentionScratch();
        if (scratch.capacity < floats)
        {
            NativeMemory.AlignedFree(scratch.memory);
            scratch.memory = (float*)NativeMemory.AlignedAlloc((nuint)(floats * sizeof(float)), 64);
            scratch.capacity = floats;
        }

        scratch.used = 0;
        return scratch;
    }

    /// <summary>Takes room for an array; its content is undefined.</summary>
    public float* Take(long floats)
    {
        float* taken = memory + used;
        used += floats;
        return taken;
    }
}
