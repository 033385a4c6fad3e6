using System.Globalization;
using System.Text;
using Colossus.Checkpoints.Files;
using Colossus.Checkpoints.Safetensors;
using Colossus.Processes;

namespace Colossus.Checkpoints;

/// <summary>
/// Writes checkpoints so that a folder named <c>step-…</c> is always whole, whenever the process or the machine stops: all files go to a
/// folder named <c>step-….tmp-…</c>, are flushed to the disk, and then the folder gets its name in one step. Order of calls:
/// <see cref="Begin"/> by one rank, <see cref="WriteShard"/> by each, <see cref="Commit"/> and <see cref="Prune"/> by one.
/// Calls for different checkpoints must not overlap in time; ranks may write shards of one at once.
/// </summary>
public sealed class CheckpointWriter
{
    /// <summary>An unfinished checkpoint whose writer cannot be seen from here (another machine or container) counts as abandoned after this long without a change.</summary>
    private static readonly TimeSpan abandonedAfter = TimeSpan.FromDays(1);

    private static long attempts;
    private readonly IFiles files;
    private readonly TimeProvider time;

    // Checkpoints whose checksums this writer knows to be right because it made them: path, and what their files looked like then.
    private readonly Dictionary<string, string> trusted = new(StringComparer.Ordinal);

    /// <summary>A writer on the disk.</summary>
    public CheckpointWriter()
        : this(DiskFiles.Instance, TimeProvider.System)
    {
    }

    /// <summary>A writer on a file system and with a clock of the caller's.</summary>
    internal CheckpointWriter(IFiles files, TimeProvider time)
    {
        this.files = files;
        this.time = time;
    }

    /// <summary>Makes the folder that ranks write their shards to.</summary>
    /// <param name="checkpointsFolder">The run's <c>checkpoints</c> folder; made when only it is missing.</param>
    /// <param name="step">Steps completed, 0 or more.</param>
    /// <returns>Path of the new, empty folder.</returns>
    /// <exception cref="CheckpointException">The run's folder is gone, or the folder could not be made.</exception>
    public string Begin(string checkpointsFolder, long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        long attempt = Interlocked.Increment(ref attempts);
        string path = Path.Combine(checkpointsFolder, $"{CheckpointFolder.Name(step)}{CheckpointFolder.TemporaryMark}{WriterMark.Own}-{attempt}");
        try
        {
            if (!Directory.Exists(checkpointsFolder))
            {
                files.CreateFolder(checkpointsFolder);
            }

            files.CreateFolder(path);
            return path;
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            throw CheckpointException.Writing(error, path, null);
        }
    }

    /// <summary>Writes one rank's file and flushes it. When that fails the whole unfinished checkpoint is removed: without this file it is worth nothing.</summary>
    /// <param name="temporaryFolder">From <see cref="Begin"/>.</param>
    /// <param name="rank">The rank, which names the file.</param>
    /// <param name="parts">What it writes.</param>
    /// <param name="cancellation">Looked at about every MiB.</param>
    /// <exception cref="CheckpointException">Disk full, folder gone, no permission…</exception>
    /// <exception cref="ArgumentException">Two parts have one name and start, or rows lie outside of a tensor.</exception>
    /// <exception cref="OperationCanceledException">Writing was cancelled.</exception>
    public ShardRecord WriteShard(string temporaryFolder, int rank, IReadOnlyList<ShardPart> parts, CancellationToken cancellation = default)
    {
        string name = CheckpointFolder.ShardName(rank);
        string path = Path.Combine(temporaryFolder, name);
        ShardSlice[] slices = [.. parts.Select(part => part.ToSlice())];
        SafetensorsPart[] boxes = [.. parts.Zip(slices, (part, slice) => new SafetensorsPart(slice.Key, slice.Type, slice.Shape, part.Bytes))];
        return OrRemove(temporaryFolder, () =>
        {
            // "pt" is what readers of the Hugging Face family ask for before they load a file.
            var metadata = new Dictionary<string, string> { ["format"] = "pt" };
            WrittenFile file = SafetensorsWriter.Write(files, path, boxes, metadata, cancellation);

            // Writing to a file whose folder was deleted meanwhile succeeds, into nothing.
            return File.Exists(path)
                ? new ShardRecord(name, file.Bytes, file.Sha256, slices)
                : throw CheckpointException.Writing(new DirectoryNotFoundException(), path, null);
        });
    }

    /// <summary>Writes the manifest, flushes everything and gives the folder its name. When it returns, the checkpoint survives a loss of power.</summary>
    /// <param name="temporaryFolder">From <see cref="Begin"/>, with all shards in it.</param>
    /// <param name="finalFolder">Its name to be, <c>…/step-000100</c> in the same folder. One that exists is replaced: it is of the same step, from before a restart.</param>
    /// <param name="manifest">From <see cref="CheckpointManifest.Assemble"/>.</param>
    /// <exception cref="CheckpointException">It could not be written; no committed checkpoint was touched.</exception>
    public CheckpointFolder Commit(string temporaryFolder, string finalFolder, CheckpointManifest manifest)
    {
        CheckpointFolder folder = CheckpointFolder.TryParse(finalFolder) is { } parsed && parsed.Step == manifest.Step
            ? parsed
            : throw new ArgumentException($"{finalFolder} is not named after step {manifest.Step}.", nameof(finalFolder));
        string? replaced = OrRemove(temporaryFolder, () =>
        {
            foreach (ManifestFile file in manifest.Files)
            {
                RequireFile(temporaryFolder, file);
            }

            WriteLists(temporaryFolder, manifest);
            Try(() => files.FlushFolder(temporaryFolder), temporaryFolder);
            return GiveName(temporaryFolder, finalFolder);
        });
        Try(() => files.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(finalFolder))!), finalFolder);
        lock (trusted)
        {
            trusted[Path.GetFullPath(finalFolder)] = Stamp(finalFolder, manifest);
        }

        if (replaced is not null)
        {
            TryRemove(replaced);
        }

        return folder;
    }

    /// <summary>
    /// Deletes the oldest checkpoints beyond a number, and unfinished ones whose writer is dead. The newest good one stays, also when it is older than that number of damaged ones.
    /// What cannot be deleted stays and is tried again the next time.
    /// </summary>
    /// <param name="checkpointsFolder">The run's <c>checkpoints</c> folder; nothing happens when there is none.</param>
    /// <param name="keep">How many stay, 1 or more.</param>
    /// <param name="cancellation">Looked at while checksums are computed, which is needed only for checkpoints of another writer.</param>
    /// <returns>Names of the folders that were deleted.</returns>
    public IReadOnlyList<string> Prune(string checkpointsFolder, int keep, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        var deleted = new List<string>();
        CheckpointFolder[] newestFirst = [.. CheckpointReader.List(checkpointsFolder).Reverse()];
        if (newestFirst.Length > keep)
        {
            CheckpointFolder? good = newestFirst.FirstOrDefault(folder => IsGood(folder, cancellation));
            foreach (CheckpointFolder folder in newestFirst.Skip(keep).Reverse().Where(folder => folder != good && good is not null))
            {
                if (Retire(folder))
                {
                    deleted.Add(Path.GetFileName(folder.Path));
                }
            }
        }

        foreach (string path in Unfinished(checkpointsFolder).Where(IsAbandoned))
        {
            if (TryRemove(path))
            {
                deleted.Add(Path.GetFileName(path));
            }
        }

        return deleted;
    }

    private static void RequireFile(string folder, ManifestFile file)
    {
        var info = new FileInfo(Path.Combine(folder, file.Name));
        if (!info.Exists)
        {
            throw CheckpointException.Writing(new FileNotFoundException(), info.FullName, null);
        }

        if (info.Length != file.Bytes)
        {
            throw new CheckpointException(
                CheckpointFault.Altered, "A rank's file changed before the checkpoint was complete", info.FullName, $"{info.Length:N0} bytes", $"{file.Bytes:N0} bytes", "The next checkpoint is tried as usual.");
        }
    }

    private void WriteLists(string folder, CheckpointManifest manifest)
    {
        byte[] json = manifest.ToJson();
        WriteFile(Path.Combine(folder, CheckpointManifest.FileName), json);
        foreach (ManifestFile file in manifest.Files)
        {
            string path = Path.Combine(folder, file.Name);
            Try(() => files.FlushFile(path), path);
        }

        WriteFile(Path.Combine(folder, CheckpointFolder.SumsName), Encoding.UTF8.GetBytes(CheckpointInspector.Sums(json, manifest)));
    }

    private void WriteFile(string path, byte[] content) => Try(
        () =>
        {
            using IFileSink sink = files.Create(path, content.Length);
            sink.Write(content);
            sink.Flush();
        },
        path,
        content.Length);

    /// <summary>Renames; returns the folder that now holds a replaced checkpoint, null when none was.</summary>
    private string? GiveName(string temporaryFolder, string finalFolder)
    {
        string? replaced = null;
        Try(
            () =>
            {
                if (!Directory.Exists(finalFolder))
                {
                    files.Rename(temporaryFolder, finalFolder);
                }
                else if (files.TryExchange(temporaryFolder, finalFolder))
                {
                    replaced = temporaryFolder;
                }
                else
                {
                    replaced = $"{temporaryFolder}0"; // a longer number of the attempt: the same writer, another name
                    files.Rename(finalFolder, replaced);
                    files.Rename(temporaryFolder, finalFolder);
                }
            },
            finalFolder);
        return replaced;
    }

    private bool IsGood(CheckpointFolder folder, CancellationToken cancellation)
    {
        string? stamp;
        lock (trusted)
        {
            stamp = trusted.GetValueOrDefault(Path.GetFullPath(folder.Path));
        }

        try
        {
            if (stamp is not null && stamp == Stamp(folder.Path, CheckpointInspector.ReadManifest(folder.Path)))
            {
                return true;
            }
        }
        catch (CheckpointException)
        {
            return false;
        }

        return !CheckpointInspector.Problems(folder.Path, cancellation).Any();
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
        string aside = $"{folder.Path}{CheckpointFolder.TemporaryMark}{WriterMark.Own}-{Interlocked.Increment(ref attempts)}";
        try
        {
            files.Rename(folder.Path, aside);
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            return false;
        }

        lock (trusted)
        {
            trusted.Remove(Path.GetFullPath(folder.Path));
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

    private T OrRemove<T>(string temporaryFolder, Func<T> action)
    {
        bool done = false;
        try
        {
            T result = action();
            done = true;
            return result;
        }
        finally
        {
            if (!done)
            {
                TryRemove(temporaryFolder);
            }
        }
    }

    private bool TryRemove(string folder)
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

    private static void Try(Action action, string where, long? bytes = null)
    {
        try
        {
            action();
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            throw CheckpointException.Writing(error, where, bytes);
        }
    }
}
