using System.IO.MemoryMappedFiles;

namespace Colossus.Data.Shards;

/// <summary>A mapped file of token ids.</summary>
internal sealed unsafe class TokenFile : IDisposable
{
    private readonly MemoryMappedFile? file;
    private readonly MemoryMappedViewAccessor? view;
    private readonly byte* data;
    private readonly int tokenBytes;

    public TokenFile(string path, int tokenBytes, long count)
    {
        this.tokenBytes = tokenBytes;
        Count = count;
        if (count > 0)
        {
            file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref data);
        }
    }

    /// <summary>Number of tokens.</summary>
    public long Count { get; }

    /// <summary>Copies tokens.</summary>
    public void Read(long start, Span<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + tokens.Length, Count);
        for (int i = 0; i < tokens.Length; i++)
        {
            byte* at = data + ((start + i) * tokenBytes);
            tokens[i] = tokenBytes switch { 1 => *at, 2 => *(ushort*)at, _ => *(int*)at };
        }
    }

    public void Dispose()
    {
        view?.SafeMemoryMappedViewHandle.ReleasePointer();
        view?.Dispose();
        file?.Dispose();
    }
}
