using Colossus.Data.Sources;
using Colossus.Data.Tokenizers;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Shards;

/// <summary>
/// Finds the token shards of a text in the cache, or has them made. They are kept under a key of what they are made of; which bytes that was is known
/// from hashes, so that a file whose bytes changed has other shards, also when its size and modification time did not. Shards are checked against their
/// checksums before they are used: read in full at the first use, and again when the system says that a file was touched since.
/// Bits that rot on the disk without a write are outside of that.
/// </summary>
public static class CorpusStore
{
    /// <summary>
    /// The shards that a job describes, made if they are not there. Several processes may ask at once; one makes them and the others wait.
    /// A cache that cannot be written serves what it has; its shards are read in full each time.
    /// </summary>
    /// <param name="data">Sources, tokenizer, field, share held out, cache folder.</param>
    /// <param name="baseDirectory">Where relative paths start: the job file's folder.</param>
    /// <param name="progress">Told several times a second how far it is; null for silence.</param>
    /// <param name="cancellation">Ends the work; what was made so far is removed.</param>
    /// <returns>The shards; dispose it when they are not used any more.</returns>
    /// <exception cref="CorpusException">A source, the tokenizer or the cache cannot be used; all problems at once.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static HeldCorpus Hold(DataSpec data, string baseDirectory, IProgress<CorpusProgress>? progress = null, CancellationToken cancellation = default)
    {
        baseDirectory = Path.GetFullPath(baseDirectory);
        var problems = new ProblemList();
        var files = SourceResolver.Resolve(data.Sources, baseDirectory, problems);
        var tokenizer = Check(data, baseDirectory, problems);
        problems.ThrowIfAny();

        var cache = CorpusCache.Of(data, baseDirectory);
        try
        {
            var sources = SourceInventory.Take(cache, data, baseDirectory, files, progress, cancellation);
            return Hold(cache, data, baseDirectory, sources, CorpusFingerprint.Of(data, sources, tokenizer), progress, cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CorpusException(
                new CorpusProblem($"the token shards cannot be written: {error.Message}", "free disk space, or set data.cache to another folder", cache.Folder), error);
        }
    }

    /// <summary>Shards that were made before, without their sources.</summary>
    /// <param name="tokensSha256">What they must hold: <see cref="CorpusInfo.TokensSha256"/>.</param>
    /// <param name="folder">Where they were; when they are not there, all of the cache is looked through.</param>
    /// <param name="data">Names the cache folder.</param>
    /// <param name="baseDirectory">Where relative paths start.</param>
    /// <param name="progress">Told several times a second how far it is; null for silence.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The shards; null when they are not there, or not whole.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static HeldCorpus? Find(
        string tokensSha256, string folder, DataSpec data, string baseDirectory, IProgress<CorpusProgress>? progress = null, CancellationToken cancellation = default)
    {
        var cache = CorpusCache.Of(data, Path.GetFullPath(baseDirectory));
        var former = Path.GetFullPath(folder);
        foreach (var place in (IEnumerable<string>)[former, cache.Place(Path.GetFileName(former)), .. cache.Places()])
        {
            if (CorpusCheck.Shape(place, null, out _) is not { } manifest || manifest.TokensSha256 != tokensSha256)
            {
                continue;
            }

            var hold = CorpusCache.Around(place).Keep(Path.GetFileName(place), () => Wait(progress, 0, 0), cancellation);
            if (CorpusCheck.Whole(place, manifest.Fingerprint, progress, cancellation, out _) is { } whole)
            {
                return new HeldCorpus(whole.ToInfo(place, reused: true), hold);
            }

            hold?.Dispose();
        }

        return null;
    }

    /// <summary>The files that a job's text is read from now, with their hashes.</summary>
    /// <inheritdoc cref="Hold(DataSpec, string, IProgress{CorpusProgress}?, CancellationToken)"/>
    /// <returns>One record a file, in the order in which they are read.</returns>
    public static IReadOnlyList<SourceRecord> Sources(
        DataSpec data, string baseDirectory, IProgress<CorpusProgress>? progress = null, CancellationToken cancellation = default)
    {
        baseDirectory = Path.GetFullPath(baseDirectory);
        var problems = new ProblemList();
        var files = SourceResolver.Resolve(data.Sources, baseDirectory, problems);
        problems.ThrowIfAny();
        return SourceInventory.Take(CorpusCache.Of(data, baseDirectory), data, baseDirectory, files, progress, cancellation).Records;
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

    private static HeldCorpus Hold(
        CorpusCache cache, DataSpec data, string baseDirectory, SourceInventory sources, string fingerprint, IProgress<CorpusProgress>? progress, CancellationToken cancellation)
    {
        var place = cache.Place(fingerprint);
        var reused = true;
        IReadOnlyList<string> notes = [];
        while (true)
        {
            if (CorpusCheck.Shape(place, fingerprint, out var damage) is not null)
            {
                var hold = cache.Keep(fingerprint, () => Wait(progress, sources.Files.Count, sources.TotalBytes), cancellation);
                var whole = reused
                    ? CorpusCheck.Whole(place, fingerprint, progress, cancellation, out damage)
                    : CorpusCheck.Shape(place, fingerprint, out damage); // whoever wrote them need not read them again
                if (whole is not null)
                {
                    return new HeldCorpus(whole.ToInfo(place, reused, notes), hold);
                }

                hold?.Dispose();
            }

            notes = damage is null ? [] : [$"The shards that were there were damaged and have been made anew: {damage}"];
            reused = !Make(cache, data, baseDirectory, sources, fingerprint, progress, cancellation);
        }
    }

    /// <returns>Whether this process made them; another may have done so in the meantime.</returns>
    private static bool Make(
        CorpusCache cache, DataSpec data, string baseDirectory, SourceInventory sources, string fingerprint, IProgress<CorpusProgress>? progress, CancellationToken cancellation)
    {
        using var held = cache.Lock(
            fingerprint,
            inUse => progress?.Report(new CorpusProgress(
                inUse ? "waiting for a run that uses these shards, which are damaged; data.cache names another folder" : "waiting for another process that makes these shards",
                0, sources.Files.Count, 0, sources.TotalBytes)),
            cancellation);
        if (CorpusCheck.Whole(cache.Place(fingerprint), fingerprint, progress, cancellation, out _) is not null)
        {
            return false;
        }

        var building = cache.NewBuildingFolder(fingerprint);
        try
        {
            CorpusBuilder.Make(building, data, baseDirectory, sources, fingerprint, progress, cancellation);
            cache.Publish(building, fingerprint);
            return true;
        }
        catch
        {
            CorpusCache.Delete(building);
            throw;
        }
    }

    private static void Wait(IProgress<CorpusProgress>? progress, int files, long bytes) =>
        progress?.Report(new CorpusProgress("waiting for another process that makes these shards", 0, files, 0, bytes));
}
