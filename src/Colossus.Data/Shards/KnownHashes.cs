using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Colossus.Data.Sources;

namespace Colossus.Data.Shards;

/// <summary>
/// SHA-256 of files, each read once for as long as its <see cref="FileStamp"/> stays. Reading goes at 2 GB/s and core, against some tens of MB/s
/// of tokenizing; with the hashes kept, looking at an unchanged corpus of any size takes the time of asking for its stamps.
/// </summary>
internal sealed class KnownHashes
{
    private const int BlockBytes = 1 << 20;

    private readonly string file;
    private readonly Dictionary<string, KnownHash> known;
    private readonly SortedDictionary<string, KnownHash> current = new(StringComparer.Ordinal);

    private KnownHashes(string file, Dictionary<string, KnownHash> known)
    {
        this.file = file;
        this.known = known;
    }

    /// <summary>The hashes that were kept; none when the file is not there or cannot be read.</summary>
    /// <param name="file">Where they are kept.</param>
    public static KnownHashes Load(string file)
    {
        var known = new Dictionary<string, KnownHash>(StringComparer.Ordinal);
        try
        {
            foreach (var line in File.Exists(file) ? File.ReadLines(file) : [])
            {
                if (JsonSerializer.Deserialize(line, DataJson.Default.KnownHash) is { Name: not null, Sha256: not null } hash)
                {
                    known[hash.Name] = hash;
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            // They only save time.
        }

        return new KnownHashes(file, known);
    }

    /// <summary>The hash of a file.</summary>
    /// <param name="name">What it is known by.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="from">First byte that counts.</param>
    /// <param name="read">Told of bytes that were read.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>Its SHA-256, hexadecimal, and the stamp that it had before it was read; null where there are no stamps.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public (string Sha256, FileStamp? Stamp) Of(string name, string path, long from, Action<int> read, CancellationToken cancellation)
    {
        var stamp = FileStamp.Of(path);
        if (stamp is null || !known.TryGetValue(name, out var hash) || hash.Stamp != stamp)
        {
            var settled = stamp?.IsSettled(DateTimeOffset.UtcNow) ?? false;
            hash = new KnownHash(name, stamp ?? default, Read(path, from, read, cancellation));
            if (!settled || FileStamp.Of(path) != stamp)
            {
                return (hash.Sha256, stamp);
            }
        }

        current[name] = hash;
        return (hash.Sha256, stamp);
    }

    /// <summary>Keeps the hashes that were asked for, and forgets the others. Where nothing can be written they are computed again next time.</summary>
    public void Save()
    {
        if (current.Count == known.Count && current.All(pair => known.TryGetValue(pair.Key, out var before) && before == pair.Value))
        {
            return;
        }

        var temporary = $"{file}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllLines(temporary, current.Values.Select(hash => JsonSerializer.Serialize(hash, DataJson.Lines.KnownHash)));
            File.Move(temporary, file, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Remove(temporary);
        }
    }

    private static string Read(string path, long from, Action<int> read, CancellationToken cancellation)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        stream.Position = from;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            while (stream.Read(block) is > 0 and var count)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(block, 0, count);
                read(count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It could not even be made.
        }
    }
}
