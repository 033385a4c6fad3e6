using System.Text;
using Colossus.Checkpoints.Files;
using Colossus.Checkpoints.Safetensors;

namespace Colossus.Checkpoints;

/// <summary>
/// Writes checkpoints so that a folder named <c>step-…</c> is always whole, whenever the process or the machine stops: all files go to a
/// folder named <c>step-….tmp-…</c>, are flushed to the disk, and then the folder gets its name in one step. One rank calls <see cref="Save"/>
/// and then <see cref="Prune"/>; between the beginning and the end of the former every rank calls <see cref="WriteShard"/>.
/// Calls for different checkpoints must not overlap in time; ranks may write shards of one at once.
/// </summary>
public sealed class CheckpointWriter
{
    private readonly IFiles files;
    private readonly CheckpointShelf shelf;

    /// <summary>A writer on the disk.</summary>
    public CheckpointWriter()
        : this(DiskFiles.Instance, TimeProvider.System)
    {
    }

    /// <summary>A writer on a file system and with a clock of the caller's.</summary>
    internal CheckpointWriter(IFiles files, TimeProvider time)
    {
        this.files = files;
        shelf = new CheckpointShelf(files, time);
    }

    /// <summary>
    /// Writes a checkpoint. On a full disk all checkpoints older than the newest good one are deleted and the whole is tried once more;
    /// the newest good one stays in any case. Whatever fails, nothing unfinished is left behind.
    /// </summary>
    /// <param name="checkpointsFolder">The run's <c>checkpoints</c> folder; made when only it is missing.</param>
    /// <param name="step">Steps completed, 0 or more.</param>
    /// <param name="bytes">Bytes of all tensors together, for messages.</param>
    /// <param name="run">The run, by which checkpoints of other runs are told; null takes all for its own.</param>
    /// <param name="writeShards">Has every rank write its file into the folder that it is given, and answers the manifest; called twice at most.</param>
    /// <param name="cancellation">Looked at while checksums are computed.</param>
    /// <returns>The checkpoint, and what was deleted for it. It survives a loss of power.</returns>
    /// <exception cref="CheckpointException">It could not be written; no good checkpoint was lost.</exception>
    public SavedCheckpoint Save(
        string checkpointsFolder, long step, long bytes, RunSignature? run, Func<string, CheckpointManifest> writeShards, CancellationToken cancellation = default)
    {
        try
        {
            return new SavedCheckpoint(Attempt(checkpointsFolder, step, writeShards), []);
        }
        catch (CheckpointException error) when (error.Fault == CheckpointFault.DiskFull)
        {
            IReadOnlyList<string> removed = shelf.Prune(checkpointsFolder, keep: 1, run, cancellation);
            if (removed.Count == 0)
            {
                throw error.ForWhole(checkpointsFolder, bytes, removed);
            }

            try
            {
                return new SavedCheckpoint(Attempt(checkpointsFolder, step, writeShards), removed);
            }
            catch (CheckpointException again) when (again.Fault == CheckpointFault.DiskFull)
            {
                throw again.ForWhole(checkpointsFolder, bytes, removed);
            }
        }
    }

    /// <summary>Writes one rank's file and flushes it. When that fails the whole unfinished checkpoint is removed: without this file it is worth nothing.</summary>
    /// <param name="temporaryFolder">The folder that <see cref="Save"/> named.</param>
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

    /// <summary>
    /// Deletes the oldest checkpoints beyond a number, and unfinished ones whose writer is dead. Damaged ones and those of other runs do not count: they go once
    /// they are older than that many good ones. What cannot be deleted stays and is tried again the next time.
    /// </summary>
    /// <param name="checkpointsFolder">The run's <c>checkpoints</c> folder; nothing happens when there is none.</param>
    /// <param name="keep">How many good ones stay, 1 or more.</param>
    /// <param name="run">The run, by which checkpoints of other runs are told; null takes all for its own.</param>
    /// <param name="cancellation">Looked at while checksums are computed, which is needed once for each checkpoint of another writer.</param>
    /// <returns>Names of the folders that were deleted.</returns>
    public IReadOnlyList<string> Prune(string checkpointsFolder, int keep, RunSignature? run = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        return [.. shelf.Prune(checkpointsFolder, keep, run, cancellation), .. shelf.Sweep(checkpointsFolder)];
    }

    /// <summary>Makes the folder that ranks write their shards to; what dead writers left unfinished goes first.</summary>
    /// <param name="checkpointsFolder">The run's <c>checkpoints</c> folder; made when only it is missing.</param>
    /// <param name="step">Steps completed, 0 or more.</param>
    /// <returns>Path of the new, empty folder.</returns>
    /// <exception cref="CheckpointException">The run's folder is gone, or the folder could not be made.</exception>
    internal string Begin(string checkpointsFolder, long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        shelf.Sweep(checkpointsFolder);
        string path = CheckpointShelf.TemporaryName(Path.Combine(checkpointsFolder, CheckpointFolder.Name(step)));
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

    /// <summary>Writes the manifest, flushes everything and gives the folder its name. When it returns, the checkpoint survives a loss of power.</summary>
    /// <param name="temporaryFolder">From <see cref="Begin"/>, with all shards in it.</param>
    /// <param name="finalFolder">Its name to be, <c>…/step-000100</c> in the same folder. One that exists is replaced: it is of the same step, from before a restart.</param>
    /// <param name="manifest">From <see cref="CheckpointManifest.Assemble"/>.</param>
    /// <exception cref="CheckpointException">It could not be written; no committed checkpoint was touched.</exception>
    internal CheckpointFolder Commit(string temporaryFolder, string finalFolder, CheckpointManifest manifest)
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
        shelf.Trust(finalFolder, manifest);
        if (replaced is not null)
        {
            shelf.TryRemove(replaced);
        }

        return folder;
    }

    private CheckpointFolder Attempt(string checkpointsFolder, long step, Func<string, CheckpointManifest> writeShards)
    {
        string temporary = Begin(checkpointsFolder, step);
        CheckpointManifest manifest = OrRemove(temporary, () => writeShards(temporary));
        return Commit(temporary, Path.Combine(checkpointsFolder, CheckpointFolder.Name(step)), manifest);
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
                CheckpointFault.Altered, "A rank's file changed before the checkpoint was complete", info.FullName, $"{info.Length:N0} bytes", $"{file.Bytes:N0} bytes", "Let nothing else write there.");
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
                shelf.TryRemove(temporaryFolder);
            }
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
