using System.Buffers.Binary;

namespace Colossus.Data.Shards;

/// <summary>Appends token ids to a file: 1, 2 or 4 bytes each, little-endian, nothing else.</summary>
internal sealed class TokenWriter(string path, int tokenBytes) : IDisposable
{
    private readonly FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);

    /// <summary>Tokens written.</summary>
    public long Count { get; private set; }

    public void Write(IReadOnlyList<int> ids)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (int id in ids)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, id);
            file.Write(bytes[..tokenBytes]);
        }

        Count += ids.Count;
    }

    public void Dispose()
    {
        file.Flush(flushToDisk: true);
        file.Dispose();
    }
}
