using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Colossus.Data.Sources;
using Colossus.Data.Tokenizers;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Shards;

/// <summary>Makes the token shards of a job's text, or finds them made.</summary>
public static class CorpusBuilder
{
    private const long ReportEveryMilliseconds = 100;

    /// <summary>
    /// Makes the corpus that a job describes, once: it is kept in the cache and found again (<see cref="CorpusStore"/>). Whole documents are held out, chosen
    /// by the hash of their text, so that the choice stays when documents are added. Where that chooses none, the document with the least hash is held out.
    /// </summary>
    /// <inheritdoc cref="CorpusStore.Hold(DataSpec, string, IProgress{CorpusProgress}?, CancellationToken)"/>
    /// <returns>Where the shards are and what they hold. Who goes on to use them holds them: <see cref="CorpusStore.Hold(DataSpec, string, IProgress{CorpusProgress}?, CancellationToken)"/>.</returns>
    public static CorpusInfo Build(
        DataSpec data, string baseDirectory, IProgress<CorpusProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var held = CorpusStore.Hold(data, baseDirectory, progress, cancellation);
        return held.Info;
    }

    /// <summary>Makes a corpus in an empty folder.</summary>
    /// <exception cref="CorpusException">The text or the tokenizer cannot be used.</exception>
    internal static void Make(
        string building,
        DataSpec data,
        string baseDirectory,
        SourceInventory sources,
        string fingerprint,
        IProgress<CorpusProgress>? progress,
        CancellationToken cancellation)
    {
        progress?.Report(new CorpusProgress("loading the tokenizer", 0, sources.Files.Count, 0, sources.TotalBytes));
        var tokenizer = TextTokenizers.Create(data.Tokenizer, baseDirectory);
        TextTokenizers.CopyVocabulary(data.Tokenizer, baseDirectory, building);
        Make(building, tokenizer, data, sources, fingerprint, progress, cancellation);
    }

    private static void Make(
        string building,
        ITextTokenizer tokenizer,
        DataSpec data,
        SourceInventory sources,
        string fingerprint,
        IProgress<CorpusProgress>? progress,
        CancellationToken cancellation)
    {
        var threshold = (ulong)(data.Holdout * Math.Pow(2, 64));
        var writer = Write(building, tokenizer, data, sources, fingerprint, threshold, progress, cancellation);
        try
        {
            if (BetterThreshold(writer, data) is { } better)
            {
                writer.Dispose();
                CorpusWriter.Remove(building);
                writer = Write(building, tokenizer, data, sources, fingerprint, better, progress, cancellation);
            }

            Finish(building, writer, tokenizer, data, sources, fingerprint);
        }
        finally
        {
            writer.Dispose();
        }
    }

    // With few documents a share may come out as none or all of them. Both splits are then made non-empty, still by hash alone.
    private static ulong? BetterThreshold(CorpusWriter writer, DataSpec data)
    {
        if (writer.TrainDocuments == 0)
        {
            return writer.LeastHash == writer.GreatestHash ? 0 : writer.GreatestHash;
        }

        return writer.HeldOutDocuments == 0 && data.Holdout > 0 && writer.LeastHash < writer.GreatestHash ? writer.LeastHash + 1 : null;
    }

    private static CorpusWriter Write(
        string building,
        ITextTokenizer tokenizer,
        DataSpec data,
        SourceInventory sources,
        string fingerprint,
        ulong threshold,
        IProgress<CorpusProgress>? progress,
        CancellationToken cancellation)
    {
        var problems = new ProblemList();
        var reader = new DocumentReader(data.Field, problems);
        var writer = new CorpusWriter(building, tokenizer, fingerprint, threshold);
        try
        {
            var files = sources.Files;
            var total = sources.TotalBytes;
            var clock = Stopwatch.StartNew();
            var reported = -ReportEveryMilliseconds;
            for (var i = 0; i < files.Count && !problems.Full; i++)
            {
                void Report(bool always)
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (progress is not null && (always || clock.ElapsedMilliseconds - reported >= ReportEveryMilliseconds))
                    {
                        reported = clock.ElapsedMilliseconds;
                        progress.Report(new CorpusProgress(
                            "reading text", i, files.Count, reader.FinishedBytes + reader.InFile, total, writer.TrainDocuments + writer.HeldOutDocuments, writer.Tokens));
                    }
                }

                Report(always: i == 0);
                foreach (var document in reader.Read(files[i]))
                {
                    Report(always: false);
                    if (!problems.Any)
                    {
                        writer.Add(document);
                    }
                }

                if (sources.HasChanged(i))
                {
                    problems.Add(new CorpusProblem("the file changed while it was read", "start again when it is complete", files[i].Path));
                }
            }

            problems.ThrowIfAny();
            writer.Flush();
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new CorpusProgress(
                "writing shards", files.Count, files.Count, total, total, writer.TrainDocuments + writer.HeldOutDocuments, writer.Tokens));
            return writer.TrainDocuments + writer.HeldOutDocuments > 0 ? writer : throw Empty(files);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    private static void Finish(
        string building, CorpusWriter writer, ITextTokenizer tokenizer, DataSpec data, SourceInventory sources, string fingerprint)
    {
        var (train, heldOut) = writer.Finish();
        List<string> notes = [];
        if (heldOut.Tokens == 0 && data.Holdout > 0)
        {
            notes.Add("Nothing is held out for evaluation: all of the text is one document. Add another file, or put each text on a line of a .jsonl file.");
        }

        var manifest = new CorpusManifest(
            CorpusManifest.CurrentFormat,
            fingerprint,
            tokenizer.Name,
            tokenizer.VocabularySize,
            tokenizer.EndOfText,
            writer.BytesPerToken,
            writer.TrainDocuments + writer.HeldOutDocuments,
            writer.HeldOutDocuments,
            data.Holdout,
            data.Field,
            sources.Records,
            train,
            heldOut,
            "",
            FilesIn(building),
            notes,
            "").Seal();
        using var stream = new FileStream(Path.Combine(building, CorpusManifest.FileName), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        JsonSerializer.Serialize(stream, manifest, DataJson.Indented.CorpusManifest);
        stream.WriteByte((byte)'\n');
        stream.Flush(flushToDisk: true);
    }

    // Everything but the shards, whose hashes were taken as they were written.
    private static List<FileManifest> FilesIn(string building)
    {
        var files = new List<FileManifest>();
        foreach (var path in Directory.GetFiles(building).Where(path => !path.EndsWith(".tokens", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = File.OpenRead(path);
            files.Add(new FileManifest(Path.GetFileName(path), stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream))));
        }

        return files;
    }

    private static CorpusException Empty(IReadOnlyList<SourceFile> files)
    {
        var what = files.Count == 1 ? "there is no text in it" : $"there is no text in any of the {files.Count} files";
        return new CorpusException(new CorpusProblem(what, "name files with text in data.source", files[0].Path));
    }
}
