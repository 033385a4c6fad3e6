using System.Globalization;
using System.Text.Json;

namespace Colossus.Data.Shards;

/// <summary>Whether a folder holds a corpus that can be used.</summary>
internal static class CorpusCheck
{
    private const string HashesFileName = "verified.jsonl";

    /// <summary>Looks at lengths and headers, without reading the tokens.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="fingerprint">What it must have for a fingerprint; null for any.</param>
    /// <param name="damage">What is wrong with it; null when it is simply not there.</param>
    /// <returns>Its manifest, or null.</returns>
    public static CorpusManifest? Shape(string folder, string? fingerprint, out string? damage)
    {
        damage = null;
        if (!Directory.Exists(folder))
        {
            return null;
        }

        try
        {
            var manifest = ReadManifest(folder);
            damage = manifest is null ? "there is no corpus.json in it" : Damage(folder, manifest, fingerprint);
            return damage is null ? manifest : null;
        }
        catch (JsonException error)
        {
            damage = $"corpus.json cannot be read: {error.Message}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            damage = error.Message;
        }

        return null;
    }

    /// <summary>Compares the checksums of all files too. What was read once is not read again before the system says that the file was touched.</summary>
    /// <inheritdoc cref="Shape"/>
    public static CorpusManifest? Whole(
        string folder, string? fingerprint, IProgress<CorpusProgress>? progress, CancellationToken cancellation, out string? damage)
    {
        if (Shape(folder, fingerprint, out damage) is not { } manifest)
        {
            return null;
        }

        var files = FilesOf(manifest).ToList();
        var report = new ProgressReport(progress, files.Count, files.Sum(file => file.Bytes));
        var hashes = KnownHashes.Load(Path.Combine(folder, HashesFileName));
        long done = 0;
        try
        {
            for (var i = 0; i < files.Count; i++)
            {
                var file = files[i];
                if (hashes.Of(file.File, Path.Combine(folder, file.File), file.From, count => report.Say("checking shards", i, done += count), cancellation).Sha256 != file.Sha256)
                {
                    damage = $"the bytes of {file.File} are not those that were written";
                    return null;
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            damage = error.Message;
            return null;
        }

        hashes.Save();
        return manifest;
    }

    private static IEnumerable<(string File, long From, long Bytes, string Sha256)> FilesOf(CorpusManifest manifest) =>
    [
        .. manifest.Train.Shards.Concat(manifest.HeldOut.Shards).Select(shard => (shard.File, (long)ShardHeader.Length, shard.Bytes, shard.Sha256)),
        .. manifest.Files.Select(file => (file.File, 0L, file.Bytes, file.Sha256)),
    ];

    private static CorpusManifest? ReadManifest(string folder)
    {
        var path = Path.Combine(folder, CorpusManifest.FileName);
        return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), DataJson.Default.CorpusManifest) : null;
    }

    private static string? Damage(string folder, CorpusManifest manifest, string? fingerprint)
    {
        if (manifest.Format != CorpusManifest.CurrentFormat)
        {
            return $"it has format {manifest.Format}, this version reads {CorpusManifest.CurrentFormat}";
        }

        if (manifest.Train is null || manifest.HeldOut is null || manifest.Files is null || manifest.Sources is null || manifest.Fingerprint is null
            || (fingerprint is not null && manifest.Fingerprint != fingerprint))
        {
            return "corpus.json belongs to another corpus";
        }

        if (!manifest.IsSealed())
        {
            return "corpus.json was altered";
        }

        return manifest.Files.Where(file => Size(folder, file.File) != file.Bytes).Select(file => $"{file.File} is missing or has another length").FirstOrDefault()
            ?? Damage(folder, manifest, manifest.Train, heldOut: false) ?? Damage(folder, manifest, manifest.HeldOut, heldOut: true);
    }

    private static string? Damage(string folder, CorpusManifest manifest, SplitManifest split, bool heldOut)
    {
        long first = 0;
        for (var i = 0; i < split.Shards.Count; i++)
        {
            var shard = split.Shards[i];
            if (Size(folder, shard.File) != shard.Bytes || shard.Bytes != ShardHeader.Length + (shard.Tokens * manifest.BytesPerToken))
            {
                return $"{shard.File} is missing or has another length";
            }

            var bytes = new byte[ShardHeader.Length];
            using (var stream = File.OpenRead(Path.Combine(folder, shard.File)))
            {
                stream.ReadExactly(bytes);
            }

            var key = UInt128.Parse(manifest.Fingerprint, NumberStyles.HexNumber);
            if (ShardHeader.Read(bytes) != new ShardHeader(manifest.BytesPerToken, shard.Tokens, first, i, heldOut, key))
            {
                return $"the header of {shard.File} is not the one that was written";
            }

            first += shard.Tokens;
        }

        return first == split.Tokens ? null : "the shards do not hold the tokens that corpus.json says";
    }

    private static long Size(string folder, string file)
    {
        var info = new FileInfo(Path.Combine(folder, file));
        return info.Exists ? info.Length : -1;
    }
}
