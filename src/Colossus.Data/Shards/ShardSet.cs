using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Colossus.Data.Shards;

/// <summary>The mapped shards of one split, read as one long row of tokens. Reading is safe for several threads.</summary>
internal sealed unsafe class ShardSet : IDisposable
{
    private readonly List<(MemoryMappedFile File, MemoryMappedViewAccessor View, nint Start)> maps = [];
    private readonly int bytesPerToken;
    private readonly long shardTokens;
    private bool disposed;

    public ShardSet(string folder, SplitManifest split, int bytesPerToken)
    {
        this.bytesPerToken = bytesPerToken;
        Tokens = split.Tokens;

        // All shards but the last have the same length, so a token's shard is a division away.
        shardTokens = split.Shards.Count == 0 ? 1 : split.Shards[0].Tokens;
        try
        {
            foreach (var shard in split.Shards)
            {
                var file = MemoryMappedFile.CreateFromFile(
                    new FileStream(Path.Combine(folder, shard.File), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete),
                    null,
                    0,
                    MemoryMappedFileAccess.Read,
                    HandleInheritability.None,
                    leaveOpen: false);
                var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
                byte* start = null;
                view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
                maps.Add((file, view, (nint)(start + view.PointerOffset + ShardHeader.Length)));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public long Tokens { get; }

    public void Read(long start, Span<int> target)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Tokens - target.Length);
        while (!target.IsEmpty)
        {
            var (shard, offset) = Math.DivRem(start, shardTokens);
            var count = (int)Math.Min(target.Length, shardTokens - offset);
            Widen((byte*)maps[(int)shard].Start + (offset * bytesPerToken), target[..count]);
            target = target[count..];
            start += count;
        }
    }

    public void Dispose()
    {
        disposed = true;
        foreach (var (file, view, _) in maps)
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            file.Dispose();
        }

        maps.Clear();
    }

    private void Widen(byte* source, Span<int> target)
    {
        switch (bytesPerToken)
        {
            case 1:
                for (var i = 0; i < target.Length; i++)
                {
                    target[i] = source[i];
                }

                break;
            case 2:
                for (var i = 0; i < target.Length; i++)
                {
                    target[i] = ((ushort*)source)[i];
                }

                break;
            default:
                MemoryMarshal.Cast<byte, int>(new ReadOnlySpan<byte>(source, target.Length * 4)).CopyTo(target);
                break;
        }
    }
}
