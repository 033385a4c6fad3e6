using System.Globalization;
using System.Text;
using Colossus.Checkpoints.Files;
using Colossus.Processes;

namespace Colossus.Checkpoints;

/// <summary>The checkpoints of a run that lie on disk: which of them are good, and what has to go.</summary>
/// <remarks>A checkpoint is judged by its checksums once; as long as its files keep their sizes and times, the judgement holds.</remarks>
internal sealed class CheckpointShelf(IFiles files, TimeProvider time)
{
    /// <summary>An unfinished checkpoint whose writer cannot be seen from here (another machine or container) counts as abandoned after this long without a change.</summary>
    private static readonly TimeSpan abandonedAfter = TimeSpan.FromDays(1);

    private static long attempts;
    private readonly Dictionary<string, (string Stamp, bool Good)> judgements = new(StringComparer.Ordinal);

    /// <summary>A name for an unfinished checkpoint that says whose it is, and that nobody else uses.</summary>
    public static string TemporaryName(string path) =>
        $"{path}{CheckpointFolder.TemporaryMark}{WriterMark.Own}-{Interlocked.Increment(ref attempts)}";

    /// <summary>Notes that a checkpoint is good because this process has just made it.</summary>
    public void Trust(string folder, CheckpointManifest manifest) => Judge(folder, Stamp(folder, manifest), good: true);

    /// <summary>Deletes what is older than the <paramref name="keep"/>-th newest good checkpoint; nothing while there are fewer good ones.</summary>
    /// <returns>Names of the folders that were deleted, oldest first.</returns>
    public IReadOnlyList<string> Prune(string checkpointsFolder, int keep, RunSignature? run, CancellationToken cancellation)
    {
        CheckpointFolder[] newestFirst = [.. CheckpointReader.List(checkpointsFolder).Reverse()];
        if (newestFirst.Length <= keep)
        {
            return [];
        }

        int good = 0, kept = 0;
        while (good < keep && kept < newestFirst.Length)
        {
            good += IsGood(newestFirst[kept++], run, cancellation) ? 1 : 0;
        }

        return [.. newestFirst.Skip(kept).Reverse().Where(Retire).Select(folder => Path.GetFileName(folder.Path))];
    }

    /// <summary>Removes unfinished checkpoints whose writer is dead: nobody will finish them.</summary>
    /// <returns>Names of the folders that were removed.</returns>
    public IReadOnlyList<string> Sweep(string checkpointsFolder) =>
        [.. Unfinished(checkpointsFolder).Where(path => IsAbandoned(path) && TryRemove(path)).Select(path => Path.GetFileName(path))];

    /// <summary>Removes a folder and the files in it; false when it is not there or something stayed.</summary>
    public bool TryRemove(string folder)
    {
        try
        {
            if (!Directory.Exists(folder))
            {
                return false;
            }

            foreach (string file in Directory.EnumerateFiles(folder))
            {
                files.DeleteFile(file);
            }

            files.DeleteFolder(folder);
            return true;
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            return false;
        }
    }

    private bool IsGood(CheckpointFolder folder, RunSignature? run, CancellationToken cancellation)
    {
        CheckpointManifest manifest;
        string stamp;
        try
        {
            manifest = CheckpointInspector.ReadManifest(folder.Path);
            stamp = Stamp(folder.Path, manifest);
        }
        catch (CheckpointException)
        {
            return false;
        }

        if (run?.Difference(manifest) is not null)
        {
            return false;
        }

        lock (judgements)
        {
            if (judgements.TryGetValue(Path.GetFullPath(folder.Path), out (string Stamp, bool Good) known) && known.Stamp == stamp)
            {
                return known.Good;
            }
        }

        bool good = !CheckpointInspector.Problems(folder.Path, run, cancellation).Any();
        Judge(folder.Path, stamp, good);
        return good;
    }

    private void Judge(string folder, string stamp, bool good)
    {
        lock (judgements)
        {
            judgements[Path.GetFullPath(folder)] = (stamp, good);
        }
    }

    /// <summary>Sizes and times of a checkpoint's files: while they stay the same, so does the content.</summary>
    private static string Stamp(string folder, CheckpointManifest manifest)
    {
        var text = new StringBuilder();
        foreach (string name in manifest.Files.Select(file => file.Name).Prepend(CheckpointManifest.FileName))
        {
            var info = new FileInfo(Path.Combine(folder, name));
            text.Append(CultureInfo.InvariantCulture, $"{name} {(info.Exists ? info.Length : -1)} {info.LastWriteTimeUtc.Ticks}\n");
        }

        return text.ToString();
    }

    // Renamed first: a checkpoint that is half deleted does not bear a whole one's name.
    private bool Retire(CheckpointFolder folder)
    {
        string aside = TemporaryName(folder.Path);
        try
        {
            files.Rename(folder.Path, aside);
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            return false;
        }

        lock (judgements)
        {
            judgements.Remove(Path.GetFullPath(folder.Path));
        }

        TryRemove(aside);
        return true;
    }

    private static string[] Unfinished(string checkpointsFolder)
    {
        try
        {
            return
            [
                .. Directory.EnumerateDirectories(checkpointsFolder)
                    .Where(path => CheckpointFolder.IsTemporary(Path.GetFileName(path)))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            return [];
        }
    }

    private bool IsAbandoned(string path)
    {
        string name = Path.GetFileName(path);
        string writer = name[(name.IndexOf(CheckpointFolder.TemporaryMark, StringComparison.Ordinal) + CheckpointFolder.TemporaryMark.Length)..];
        return WriterMark.TryParse(writer)?.Standing() switch
        {
            ProcessStanding.Alive => false,
            ProcessStanding.Ended => true,
            _ => time.GetUtcNow() - Directory.GetLastWriteTimeUtc(path) > abandonedAfter,
        };
    }
}
