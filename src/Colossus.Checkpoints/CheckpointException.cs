using System.Text;

namespace Colossus.Checkpoints;

/// <summary>A checkpoint could not be written or read. The message says what happened, where, with which value against which limit, and what to do next.</summary>
public sealed class CheckpointException : Exception
{
    // Numbers of the system that stand in an IOException's HResult: Linux's errno, or Windows' codes.
    private const int quotaCode = 122; // EDQUOT
    private static readonly int[] fullCodes = [28 /* ENOSPC */, quotaCode, unchecked((int)0x80070070), unchecked((int)0x80070027)];
    private static readonly int[] deniedCodes = [1 /* EPERM */, 13 /* EACCES */, 30 /* EROFS */, unchecked((int)0x80070005)];

    /// <summary>Makes the exception.</summary>
    /// <param name="fault">The kind.</param>
    /// <param name="what">What happened, without a full stop.</param>
    /// <param name="where">File or folder.</param>
    /// <param name="value">What was found; null when there is no value.</param>
    /// <param name="limit">What was needed; null when there is none.</param>
    /// <param name="next">What the person can do, a sentence.</param>
    /// <param name="inner">The system's own error.</param>
    public CheckpointException(CheckpointFault fault, string what, string where, string? value, string? limit, string next, Exception? inner = null)
        : base(Compose(what, where, value, limit, next), inner)
    {
        Fault = fault;
        What = what;
        Where = where;
        Value = value;
        Limit = limit;
        Next = next;
    }

    /// <summary>The kind, which is also the stable code.</summary>
    public CheckpointFault Fault { get; }

    /// <summary>What happened.</summary>
    public string What { get; }

    /// <summary>The file or folder.</summary>
    public string Where { get; }

    /// <summary>What was found; null when there is no value.</summary>
    public string? Value { get; }

    /// <summary>What was needed; null when there is none.</summary>
    public string? Limit { get; }

    /// <summary>What to do next.</summary>
    public string Next { get; }

    /// <summary>Whether an exception comes from the disk and not from a mistake in the program.</summary>
    internal static bool IsOfTheWorld(Exception error) => error is IOException or UnauthorizedAccessException or System.Security.SecurityException;

    /// <summary>A file that breaks its format.</summary>
    internal static CheckpointException Malformed(string what, string where, Exception? inner = null) =>
        new(CheckpointFault.Malformed, what, where, null, null, "Use an older checkpoint, or a copy of this one.", inner);

    /// <summary>The disk said no while something was read.</summary>
    internal static CheckpointException Reading(Exception error, string where) => Kind(error) switch
    {
        CheckpointFault.Missing => new(CheckpointFault.Missing, "There is no such file or folder", where, null, null, "Check the path.", error),
        CheckpointFault.NoPermission => new(CheckpointFault.NoPermission, "Reading is not allowed", where, null, null, "Change its permissions, or run as its owner.", error),
        _ => new(CheckpointFault.ReadFailed, $"Reading failed ({error.Message.TrimEnd('.')})", where, null, null, "Check the disk, then try again.", error),
    };

    /// <summary>The disk said no while something was written.</summary>
    internal static CheckpointException Writing(Exception error, string where, long? neededBytes)
    {
        string? needed = neededBytes is null ? null : $"{neededBytes:N0} bytes";
        return Kind(error) switch
        {
            CheckpointFault.DiskFull => new(
                CheckpointFault.DiskFull, error.HResult == quotaCode ? "The disk quota is used up" : "The disk is full", where, FreeBytes(where), needed, "Free space on that disk, or keep fewer checkpoints (checkpoint.keep).", error),
            CheckpointFault.Missing => new(
                CheckpointFault.Missing, "The folder of the checkpoint is gone", where, null, null, "Put the run's folder back.", error),
            CheckpointFault.NoPermission => new(
                CheckpointFault.NoPermission, "Writing is not allowed", where, null, null, "Change the folder's permissions, or choose another folder.", error),
            _ => new(
                CheckpointFault.WriteFailed, $"Writing failed ({error.Message.TrimEnd('.')})", where, null, needed, "Check the disk.", error),
        };
    }

    /// <summary>The same full disk, told for a checkpoint as a whole: how much must be freed, and where.</summary>
    /// <param name="checkpointsFolder">Where it should go.</param>
    /// <param name="bytes">Bytes of all its tensors.</param>
    /// <param name="removed">Older checkpoints that made room, in vain; may be empty.</param>
    internal CheckpointException ForWhole(string checkpointsFolder, long bytes, IReadOnlyList<string> removed)
    {
        // Headers, the manifest and the last block of each file: one more MiB is plenty.
        const int mebibyte = 1 << 20;
        long free = AvailableBytes(checkpointsFolder) ?? 0;
        long missing = ((free < bytes ? bytes - free : bytes) / mebibyte) + 1;
        return new CheckpointException(
            Fault,
            removed.Count == 0 ? What : $"{What}, also after older checkpoints made room ({string.Join(", ", removed)})",
            checkpointsFolder,
            $"{free:N0} bytes free",
            $"{bytes:N0} bytes",
            $"Free {missing:N0} MiB at {checkpointsFolder}.",
            this);
    }

    private static CheckpointFault Kind(Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => CheckpointFault.Missing,
        UnauthorizedAccessException or System.Security.SecurityException => CheckpointFault.NoPermission,
        _ when fullCodes.Contains(error.HResult) => CheckpointFault.DiskFull,
        _ when deniedCodes.Contains(error.HResult) => CheckpointFault.NoPermission,
        _ => CheckpointFault.WriteFailed,
    };

    private static string? FreeBytes(string path) => AvailableBytes(path) is { } bytes ? $"{bytes:N0} bytes free" : null;

    private static long? AvailableBytes(string path)
    {
        try
        {
            string? folder = Path.GetFullPath(path);
            while (folder is not null && !Directory.Exists(folder))
            {
                folder = Path.GetDirectoryName(folder);
            }

            return folder is null ? null : new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception error) when (IsOfTheWorld(error) || error is ArgumentException)
        {
            return null;
        }
    }

    private static string Compose(string what, string where, string? value, string? limit, string next)
    {
        var text = new StringBuilder($"{what}: {where}");
        if (value is not null || limit is not null)
        {
            text.Append(" (");
            text.AppendJoin(", ", new[] { value, limit is null ? null : $"needed: {limit}" }.Where(part => part is not null));
            text.Append(')');
        }

        return text.Append(". ").Append(next).ToString();
    }
}
