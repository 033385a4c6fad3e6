namespace Colossus.Collectives;

/// <summary>A region of shared memory for each rank, all of one size, all readable and writable by all ranks.</summary>
public sealed unsafe class SharedBuffer
{
    private readonly byte* first;
    private readonly long stride;

    internal SharedBuffer(byte* first, long stride, long bytes)
    {
        this.first = first;
        this.stride = stride;
        Bytes = bytes;
    }

    /// <summary>Size of one rank's region.</summary>
    public long Bytes { get; }

    /// <summary>First byte of a rank's region, page aligned.</summary>
    public byte* Of(int rank) => first + (rank * stride);
}
