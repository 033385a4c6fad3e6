namespace Colossus.Collectives;

/// <summary>One region of the same size for each rank, which all ranks can read and write. It lives as long as its group.</summary>
public sealed unsafe class SharedBuffer
{
    private readonly byte* first;
    private readonly long stride;
    private readonly int ranks;

    internal SharedBuffer(string name, long bytes, byte* first, long stride, int ranks)
    {
        Name = name;
        Bytes = bytes;
        this.first = first;
        this.stride = stride;
        this.ranks = ranks;
    }

    /// <summary>What it was allocated as.</summary>
    public string Name { get; }

    /// <summary>Bytes of one rank's region.</summary>
    public long Bytes { get; }

    /// <summary>Start of a rank's region, aligned to a page.</summary>
    /// <param name="rank">Whose.</param>
    public byte* Of(int rank) => (uint)rank < (uint)ranks
        ? first + (rank * stride)
        : throw new ArgumentOutOfRangeException(nameof(rank), rank, $"The group has {ranks} ranks.");
}
