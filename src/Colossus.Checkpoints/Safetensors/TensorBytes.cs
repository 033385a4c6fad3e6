using System.Runtime.InteropServices;

namespace Colossus.Checkpoints.Safetensors;

/// <summary>
/// Where the bytes of a part come from: memory at a pointer, managed memory, or a callback. Nothing is copied until the part is written;
/// the bytes must stay unchanged until then, else the file's checksum does not match its content and the checkpoint counts as altered.
/// </summary>
public sealed unsafe class TensorBytes
{
    private readonly byte* pointer;
    private readonly ReadOnlyMemory<byte> memory;
    private readonly TensorFill? fill;

    private TensorBytes(byte* pointer, ReadOnlyMemory<byte> memory, TensorFill? fill, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        this.pointer = pointer;
        this.memory = memory;
        this.fill = fill;
        Count = count;
    }

    /// <summary>Number of bytes; more than 2 GiB is fine for a pointer or a callback.</summary>
    public long Count { get; }

    /// <summary>Whether a callback makes the bytes.</summary>
    internal bool IsFilled => fill is not null;

    /// <summary>Bytes at a pointer that the caller keeps valid until the part is written.</summary>
    /// <param name="pointer">First byte.</param>
    /// <param name="count">Number of bytes, 0 or more.</param>
    public static TensorBytes At(void* pointer, long count) => new((byte*)pointer, default, null, count);

    /// <summary>Bytes in managed memory.</summary>
    /// <param name="bytes">The bytes; not copied.</param>
    public static TensorBytes Of(ReadOnlyMemory<byte> bytes) => new(null, bytes, null, bytes.Length);

    /// <summary>Single-precision values, copied at once; meant for small tensors (use <see cref="At"/> for large ones).</summary>
    /// <param name="values">The values, row-major.</param>
    public static TensorBytes Of(ReadOnlySpan<float> values) => Of(MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>Bytes that a callback makes as they are needed, for a tensor that lies in several places or on a device.</summary>
    /// <param name="count">Number of bytes, 0 or more.</param>
    /// <param name="fill">Fills a buffer.</param>
    public static TensorBytes From(long count, TensorFill fill) => new(null, default, fill, count);

    /// <summary>A view of bytes in memory; not for a callback.</summary>
    internal ReadOnlySpan<byte> Slice(long offset, int count) =>
        pointer is not null ? new ReadOnlySpan<byte>(pointer + offset, count) : memory.Span.Slice((int)offset, count);

    /// <summary>Runs the callback.</summary>
    internal void Fill(long offset, Span<byte> destination) => fill!(offset, destination);
}
