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
    /// Makes the corpus that a job describes, once: it is kept under its fingerprint (source files with sizes and times, tokenizer, field, share held out)
    /// and found again by it. Several processes may ask at once; one makes it and the others wait. Whole documents are held out, chosen by the
    /// hash of their text, so that the choice stays when documents are added. Where few documents make that choice lopsided, or there is only one, the end of
    /// the longest document is held out instead.
    /// </summary>
    /// <param name="data">Sources, tokenizer, field, share held out, cache folder.</param>
    /// <param name="baseDirectory">Where relative paths start: the job file's folder.</param>
    /// <param name="progress">Told several times a second how far it is; null for silence.</param>
    /// <param name="cancellation">Ends the work; what was made so far is removed.</param>
    /// <returns>Where the shards are and what they hold.</returns>
    /// <exception cref="CorpusException">A source, the tokenizer or the cache cannot be used; all problems at once.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CorpusInfo Build(
        DataSpec data, string baseDirectory, IProgress<CorpusProgress>? progress = null, CancellationToken cancellation = default)
    {
        var problems = new ProblemList();
        baseDirectory = Path.GetFullPath(baseDirectory);
        var files = SourceResolver.Resolve(data.Sources, baseDirectory, problems);
        var identity = Check(data, baseDirectory, problems);
        problems.ThrowIfAny();

        var folder = data.Cache is { Length: > 0 } chosen ? Path.GetFullPath(Path.Combine(baseDirectory, chosen)) : CorpusCache.DefaultFolder();
        try
        {
            return BuildIn(new CorpusCache(folder), data, baseDirectory, files, CorpusFingerprint.Of(data, files, identity), progress, cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CorpusException(
                new CorpusProblem($"the token shards cannot be written: {error.Message}", "free disk space, or set data.cache to another folder", folder), error);
        }
    }

    private static string Check(DataSpec data, string baseDirectory, ProblemList problems)
    {
        if (data.Holdout is not (>= 0 and <= 0.5))
        {
            problems.Add(new CorpusProblem($"data.holdout is {data.Holdout}", "set it to a share of 0 to 0.5"));
        }

        try
        {
            return TextTokenizers.Identity(data.Tokenizer, baseDirectory);
        }
        catch (CorpusException error)
        {
            foreach (var problem in error.Problems)
            {
                problems.Add(problem);
            }

            return "";
        }
    }

    private static CorpusInfo BuildIn(
        CorpusCache cache,
        DataSpec data,
        string baseDirectory,
        IReadOnlyList<SourceFile> files,
        string fingerprint,
        IProgress<CorpusProgress>? progress,
        CancellationToken cancellation)
    {
        var place = cache.Place(fingerprint);
        if (TokenCorpus.Check(place, fingerprint, out _) is { } ready)
        {
            return ready.ToInfo(place, reused: true);
        }

        var total = files.Sum(file => file.Bytes);
        using var held = cache.Lock(
            fingerprint,
            () => progress?.Report(new CorpusProgress("waiting for another process that makes these shards", 0, files.Count, 0, total)),
            cancellation);
        if (TokenCorpus.Check(place, fingerprint, out var damage) is { } made)
        {
            return made.ToInfo(place, reused: true);
        }

        var building = cache.NewBuildingFolder(fingerprint);
        try
        {
            progress?.Report(new CorpusProgress("loading the tokenizer", 0, files.Count, 0, total));
            var tokenizer = TextTokenizers.Create(data.Tokenizer, baseDirectory);
            TextTokenizers.CopyVocabulary(data.Tokenizer, baseDirectory, building);
            var manifest = Make(building, tokenizer, data, files, fingerprint, progress, cancellation);
            cache.Publish(building, fingerprint);
            IReadOnlyList<string> notes = damage is null ? [] : [$"The shards that were there were damaged and have been made anew: {damage}"];
            return manifest.ToInfo(place, reused: false, notes);
        }
        catch
        {
            CorpusCache.Delete(building);
            throw;
        }
    }

    private static CorpusManifest Make(
        string building,
        ITextTokenizer tokenizer,
        DataSpec data,
        IReadOnlyList<SourceFile> files,
        string fingerprint,
        IProgress<CorpusProgress>? progress,
        CancellationToken cancellation)
    {
        var threshold = (ulong)(data.Holdout * Math.Pow(2, 64));
        var writer = Write(building, tokenizer, data, files, fingerprint, threshold, null, progress, cancellation);
        try
        {
            if (data.Holdout > 0 && IsLopsided(writer, data.Holdout))
            {
                var total = writer.TrainBytes + writer.HeldOutBytes;
                var end = HeldOutEnd.Of(writer.LongestText, data.Holdout * total / Encoding.UTF8.GetByteCount(writer.LongestText));
                writer.Dispose();
                CorpusWriter.Remove(building);
                writer = Write(building, tokenizer, data, files, fingerprint, 0, end, progress, cancellation);
            }

            return Finish(building, writer, tokenizer, data, files, fingerprint);
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
        IReadOnlyList<SourceFile> files,
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
            var total = files.Sum(file => file.Bytes);
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

                if (files[i].Changed())
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

    private static CorpusManifest Finish(
        string building, CorpusWriter writer, ITextTokenizer tokenizer, DataSpec data, IReadOnlyList<SourceFile> files, string fingerprint)
    {
        var (train, heldOut, documentsBytes) = writer.Finish();
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
            [.. files.Select(file => file.Name)],
            train,
            heldOut,
            HashOf(tokenizer, train, heldOut),
            documentsBytes,
            notes,
            writer.SkippedLines);
        using var stream = new FileStream(Path.Combine(building, CorpusManifest.FileName), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        JsonSerializer.Serialize(stream, manifest, DataJson.Indented.CorpusManifest);
        stream.WriteByte((byte)'\n');
        stream.Flush(flushToDisk: true);
        return manifest;
    }

    private static string HashOf(ITextTokenizer tokenizer, SplitManifest train, SplitManifest heldOut)
    {
        var text = new StringBuilder($"{tokenizer.VocabularySize} {tokenizer.EndOfText}\n");
        foreach (var shard in train.Shards.Concat(heldOut.Shards))
        {
            text.Append(shard.File).Append(' ').Append(shard.Sha256).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
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
