using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Colossus.Data.Sources;
using Colossus.Data.Tokenizers;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Shards;

/// <summary>Turns a job's text into token shards, once; later runs with the same sources find them.</summary>
public static class CorpusBuilder
{
    /// <summary>Version of the layout; part of the fingerprint.</summary>
    public const int FormatVersion = 1;

    /// <summary>Builds, or finds what was built before.</summary>
    /// <param name="data">Sources, tokenizer and split.</param>
    /// <param name="baseFolder">Where relative sources start.</param>
    /// <param name="progress">Hears after each file.</param>
    /// <exception cref="CorpusException">The text cannot be used.</exception>
    public static CorpusInfo Build(DataSpec data, string baseFolder, IProgress<CorpusProgress>? progress, CancellationToken cancellationToken)
    {
        var tokenizer = TextTokenizers.Create(data.Tokenizer);
        var files = SourceFiles.Resolve(data.Sources, baseFolder);
        string fingerprint = Fingerprint(data, files);
        string cache = Path.GetFullPath(data.Cache ?? DefaultCache(), baseFolder);
        string folder = Path.Combine(cache, fingerprint);
        if (TokenCorpus.TryReadInfo(folder) is { } found)
        {
            return found with { Reused = true };
        }

        // Built beside its place and renamed: a killed builder leaves nothing that looks whole, and of two builders one wins.
        string temporary = $"{folder}.tmp-{Environment.ProcessId}";
        DeleteIfThere(temporary);
        Directory.CreateDirectory(temporary);
        try
        {
            var info = Write(data, files, tokenizer, fingerprint, temporary, progress, cancellationToken);
            DeleteIfThere(folder);
            Directory.Move(temporary, folder);
            return info with { Folder = folder };
        }
        catch (IOException) when (TokenCorpus.TryReadInfo(folder) is not null)
        {
            return TokenCorpus.TryReadInfo(folder)! with { Reused = true };
        }
        finally
        {
            DeleteIfThere(temporary);
        }
    }

    private static CorpusInfo Write(
        DataSpec data,
        IReadOnlyList<string> files,
        ITextTokenizer tokenizer,
        string fingerprint,
        string folder,
        IProgress<CorpusProgress>? progress,
        CancellationToken cancellationToken)
    {
        int tokenBytes = tokenizer.VocabularySize <= 1 << 8 ? 1 : tokenizer.VocabularySize <= 1 << 16 ? 2 : 4;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var problems = new List<string>();
        long documents = 0;
        long textBytes = 0;
        using var train = new TokenWriter(Path.Combine(folder, TokenCorpus.TrainFile), tokenBytes);
        using var heldOut = new TokenWriter(Path.Combine(folder, TokenCorpus.HeldOutFile), tokenBytes);
        using (var records = new StreamWriter(Path.Combine(folder, "documents.jsonl")))
        {
            for (int index = 0; index < files.Count; index++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    foreach (var document in DocumentReader.Read(files[index], data.Field))
                    {
                        byte[] text = Encoding.UTF8.GetBytes(document.Text);
                        byte[] hash = SHA256.HashData(text);
                        string digest = Convert.ToHexStringLower(hash);
                        if (!seen.Add(digest))
                        {
                            continue;
                        }

                        bool held = IsHeldOut(hash, data.Holdout);
                        var target = held ? heldOut : train;
                        IReadOnlyList<int> ids = [.. tokenizer.Encode(document.Text), tokenizer.EndOfText];
                        var record = new DocumentRecord(document.Origin, digest, held ? "heldout" : "train", target.Count, ids.Count, document.Metadata);
                        records.WriteLine(JsonSerializer.Serialize(record, CorpusJson.Default.DocumentRecord));
                        target.Write(ids);
                        documents++;
                        textBytes += text.Length;
                    }
                }
                catch (CorpusException error)
                {
                    problems.AddRange(error.Problems);
                }

                progress?.Report(new CorpusProgress(index + 1, files.Count, documents, train.Count + heldOut.Count));
            }
        }

        if (problems.Count == 0 && documents == 0)
        {
            problems.Add($"data.source: {files.Count} file(s), but no text in them");
        }

        if (problems.Count > 0)
        {
            throw new CorpusException(problems);
        }

        var info = new CorpusInfo(
            FormatVersion, fingerprint, tokenizer.Name, tokenizer.VocabularySize, tokenBytes, documents, train.Count, heldOut.Count, textBytes);
        File.WriteAllText(Path.Combine(folder, TokenCorpus.InfoFile), JsonSerializer.Serialize(info, CorpusJson.Default.CorpusInfo));
        return info;
    }

    // By the text itself, not by its place: a document stays on its side when others come and go.
    private static bool IsHeldOut(byte[] hash, double share) => BinaryPrimitives.ReadUInt32BigEndian(hash) < share * uint.MaxValue;

    private static string Fingerprint(DataSpec data, IReadOnlyList<string> files)
    {
        var text = new StringBuilder().Append(FormatVersion).Append('|').Append(data.Tokenizer).Append('|').Append(data.Field).Append('|').Append(data.Holdout);
        foreach (string file in files)
        {
            var info = new FileInfo(file);
            text.Append('\n').Append(file).Append('|').Append(info.Length).Append('|').Append(info.LastWriteTimeUtc.Ticks);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..24];
    }

    private static string DefaultCache()
    {
        string? root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        root = string.IsNullOrEmpty(root) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache") : root;
        return Path.Combine(root, "colossus", "shards");
    }

    private static void DeleteIfThere(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
