using System.Runtime.InteropServices;

namespace Colossus.Training.Memory;

/// <summary>Memory taken once and given back at once: activations, scratch, staging. Always 64-byte aligned and zero at first.</summary>
internal sealed unsafe class Arena : IDisposable
{
    private const int Alignment = 64;
    private readonly List<nint> blocks = [];

    /// <summary>Bytes asked for so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes room for a number of elements.</summary>
    /// <typeparam name="T">Element type.</typeparam>
    /// <param name="count">Number of elements.</param>
    /// <returns>The first of them; valid until the arena is disposed.</returns>
    public T* Take<T>(long count)
        where T : unmanaged
    {
        nuint bytes = (nuint)Math.Max(Alignment, count * sizeof(T));
        void* block = NativeMemory.AlignedAlloc(bytes, Alignment);
        NativeMemory.Clear(block, bytes);
        blocks.Add((nint)block);
        Bytes += count * sizeof(T);
        return (T*)block;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (nint block in blocks)
        {
            NativeMemory.AlignedFree((void*)block);
        }

        blocks.Clear();
    }
}
