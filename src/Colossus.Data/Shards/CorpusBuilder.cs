using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
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
    /// by the hash of their text, so that the choice stays when documents are added. Where few documents make that choice lopsided, or there is only one, the end
    /// of the longest document is held out instead.
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
        var writer = Write(building, tokenizer, data, sources, fingerprint, threshold, null, progress, cancellation);
        try
        {
            if (data.Holdout > 0 && IsLopsided(writer, data.Holdout))
            {
                var total = writer.TrainBytes + writer.HeldOutBytes;
                var end = HeldOutEnd.Of(writer.LongestText, data.Holdout * total / Encoding.UTF8.GetByteCount(writer.LongestText));
                writer.Dispose();
                CorpusWriter.Remove(building);
                writer = Write(building, tokenizer, data, sources, fingerprint, 0, end, progress, cancellation);
            }

            Finish(building, writer, tokenizer, data, sources, fingerprint);
        }
        finally
        {
            writer.Dispose();
        }
    }

    // With few documents, or documents of very different lengths, the choice by hash may come out as none or nearly none of the text, or as most of it.
    private static bool IsLopsided(CorpusWriter writer, double share)
    {
        double total = writer.TrainBytes + writer.HeldOutBytes;
        return writer.HeldOutBytes < share / 3 * total || writer.TrainBytes < (1 - share) / 3 * total;
    }

    private static CorpusWriter Write(
        string building,
        ITextTokenizer tokenizer,
        DataSpec data,
        SourceInventory sources,
        string fingerprint,
        ulong threshold,
        HeldOutEnd? end,
        IProgress<CorpusProgress>? progress,
        CancellationToken cancellation)
    {
        var problems = new ProblemList();
        var writer = new CorpusWriter(building, tokenizer, fingerprint, threshold, end);
        var reader = new DocumentReader(
            new ReadingContext(data.Field, problems, data.OnBadLine == BadLineRule.Skip ? writer.Skip : null, cancellation));
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
            return writer.TrainDocuments + writer.HeldOutDocuments > 0 ? writer : throw Empty(files, writer);
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
            notes.Add("Nothing is held out for evaluation: the text is too short to be split.");
        }

        if (writer.FirstSkipped is { } first)
        {
            notes.Add(
                $"{writer.SkippedLines} bad {(writer.SkippedLines == 1 ? "line was" : "lines were")} passed over (data.onBadLine: skip), the first: {first with { NextStep = null }}; "
                + $"all are in {CorpusManifest.SkippedFileName} in the folder of the shards.");
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
            "",
            writer.SkippedLines).Seal();
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

    private static CorpusException Empty(IReadOnlyList<SourceFile> files, CorpusWriter writer)
    {
        var what = files.Count == 1 ? "there is no text in it" : $"there is no text in any of the {files.Count} files";
        return new CorpusException(writer.FirstSkipped is { } first
            ? new CorpusProblem(
                $"{what}: {(writer.SkippedLines == 1 ? "its only line is bad" : $"all {writer.SkippedLines} lines are bad")}, the first: {first with { File = null }}", null, first.File)
            : new CorpusProblem(what, "name files with text in data.source", files[0].Path));
    }
}
