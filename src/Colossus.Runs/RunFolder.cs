using System.Globalization;
using System.Text.Json;
using Colossus.Processes;

namespace Colossus.Runs;

/// <summary>
/// The folder of one run: <c>job.yaml</c> as resolved, <c>data.json</c>, <c>events.jsonl</c>, <c>metrics.jsonl</c>, <c>time.jsonl</c>,
/// <c>checkpoints/</c>, <c>logs/</c>, <c>supervisor.json</c>. Everything is plain text but the checkpoints' safetensors files.
/// </summary>
public sealed class RunFolder
{
    private RunFolder(string path) => Path = path;

    /// <summary>Full path of the folder.</summary>
    public string Path { get; }

    /// <summary>Its own name, without the folders above it.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The job, every value set.</summary>
    public string JobFile => System.IO.Path.Combine(Path, "job.yaml");

    /// <summary>What the run learns from.</summary>
    public string DataFile => System.IO.Path.Combine(Path, "data.json");

    /// <summary>What happened, a line an event.</summary>
    public string EventsFile => System.IO.Path.Combine(Path, "events.jsonl");

    /// <summary>The numbers of each step, a line a step.</summary>
    public string MetricsFile => System.IO.Path.Combine(Path, "metrics.jsonl");

    /// <summary>Where each rank's time went, a line a span.</summary>
    public string TimeFile => System.IO.Path.Combine(Path, "time.jsonl");

    /// <summary>Who supervises the run, or did last.</summary>
    public string SupervisorFile => System.IO.Path.Combine(Path, "supervisor.json");

    /// <summary>Locked by the supervisor for as long as it lives.</summary>
    public string LockFile => System.IO.Path.Combine(Path, "supervisor.lock");

    /// <summary>The page for people, written at the end.</summary>
    public string ReportFile => System.IO.Path.Combine(Path, "report.html");

    /// <summary>Folder of the checkpoints, <c>step-000100</c> and so on.</summary>
    public string CheckpointsFolder => System.IO.Path.Combine(Path, "checkpoints");

    /// <summary>Folder of the vocabulary's files when it does not come with Colossus; not there otherwise.</summary>
    public string TokenizerFolder => System.IO.Path.Combine(Path, "tokenizer");

    /// <summary>Folder of what the processes write on standard error.</summary>
    public string LogsFolder => System.IO.Path.Combine(Path, "logs");

    /// <summary>Folder of what the ranks of a session wrote for <c>train --trace</c>; not there otherwise.</summary>
    /// <param name="session">0 for the first supervisor of the run, 1 more at each resume.</param>
    public string TraceFolder(int session) => System.IO.Path.Combine(Path, "trace", $"session-{session}");

    /// <summary>The spans of one rank in one epoch, a line each.</summary>
    /// <param name="folder">A session's <see cref="TraceFolder"/>.</param>
    /// <param name="rank">The rank.</param>
    /// <param name="epoch">The epoch.</param>
    public static string TraceFile(string folder, int rank, long epoch) =>
        System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"rank-{rank:00000}-epoch-{epoch}.jsonl"));

    /// <summary>Makes the folder of a new run.</summary>
    /// <param name="path">Where; a folder of that name must not exist, unless it is empty.</param>
    /// <param name="jobYaml">Text of the resolved job.</param>
    /// <exception cref="RunFolderException">It exists, or cannot be made.</exception>
    public static RunFolder Create(string path, string jobYaml)
    {
        RequireFree(path);
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        var folder = new RunFolder(full);

        try
        {
            Directory.CreateDirectory(full);
            Directory.CreateDirectory(folder.CheckpointsFolder);
            Directory.CreateDirectory(folder.LogsFolder);
            using var job = new StreamWriter(new FileStream(folder.JobFile, FileMode.CreateNew, FileAccess.Write));
            job.Write(jobYaml);
        }
        catch (IOException) when (File.Exists(folder.JobFile))
        {
            throw new RunFolderException($"another run took {Shown(full)} at the same moment; name another folder with --run");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new RunFolderException($"no run folder can be made at {Shown(full)}: {error.Message}; name another place with --run", error);
        }

        return folder;
    }

    /// <summary>Looks whether a new run could be made at a place, without making it.</summary>
    /// <param name="path">Where; a folder of that name must not exist, unless it is empty.</param>
    /// <exception cref="RunFolderException">Something is there.</exception>
    public static void RequireFree(string path)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (File.Exists(full))
        {
            throw new RunFolderException($"{Shown(full)} is a file, so no run folder can be made there; name another folder with --run");
        }

        var folder = new RunFolder(full);
        if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
        {
            throw new RunFolderException(File.Exists(folder.JobFile)
                ? $"{Shown(full)} holds a run already; continue it with --resume {Shown(full)}, or name another folder with --run"
                : $"{Shown(full)} exists and is not empty; name another folder with --run");
        }
    }

    /// <summary>Writes another job into the folder, as when a continued run shall take more steps.</summary>
    /// <param name="jobYaml">Text of the resolved job.</param>
    /// <exception cref="RunFolderException">It cannot be written.</exception>
    public void ReplaceJob(string jobYaml) => Replace(JobFile, jobYaml);

    /// <summary>Writes down what the run learns from.</summary>
    /// <param name="data">What it is.</param>
    /// <exception cref="RunFolderException">It cannot be written.</exception>
    public void WriteData(RunData data) => Replace(DataFile, JsonSerializer.Serialize(data, RunJson.Indented.RunData) + "\n");

    /// <summary>What the run learns from.</summary>
    /// <returns>Null when it was not written down: the run did not come to its first step, or is of a version that did not do so.</returns>
    /// <exception cref="RunFolderException">The file cannot be read.</exception>
    public RunData? ReadData()
    {
        if (!File.Exists(DataFile))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(DataFile), RunJson.Default.RunData) is { Hash: not null, Folder.Length: > 0, Base.Length: > 0, Sources: not null } data
                ? data
                : throw new JsonException("it lacks hash, folder, base or sources");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new RunFolderException(
                $"{Shown(DataFile)} cannot be read: {error.Message.TrimEnd('.')}; put it back as it was, or delete it to go on with the text as it is now", error);
        }
    }

    /// <summary>Makes <c>parent/name-yyyyMMdd-HHmmss</c>; a number is added when a run of that second exists.</summary>
    /// <param name="parent">Folder of the runs; made when missing.</param>
    /// <param name="name">Name of the job.</param>
    /// <param name="now">The present time in the machine's zone.</param>
    /// <param name="jobYaml">Text of the resolved job.</param>
    /// <exception cref="RunFolderException">It cannot be made.</exception>
    public static RunFolder Create(string parent, string name, DateTimeOffset now, string jobYaml)
    {
        const int attempts = 100;
        var stem = System.IO.Path.Combine(parent, $"{name}-{now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}");
        for (var attempt = 1; attempt <= attempts; attempt++)
        {
            var path = attempt == 1 ? stem : $"{stem}-{attempt}";
            if (!Directory.Exists(path) && !File.Exists(path))
            {
                return Create(path, jobYaml);
            }
        }

        throw new RunFolderException($"{attempts} runs named {Shown(stem)} exist already; name another folder with --run");
    }

    /// <summary>Opens the folder of a run that was begun before.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="RunFolderException">There is none, or it holds no run.</exception>
    public static RunFolder Open(string path)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        var folder = new RunFolder(full);
        if (!Directory.Exists(full))
        {
            var others = Neighbours(full);
            throw new RunFolderException($"there is no run folder {Shown(full)}" + (others.Count == 0 ? "" : "; there are " + string.Join(", ", others)));
        }

        if (!File.Exists(folder.JobFile))
        {
            throw new RunFolderException($"{Shown(full)} is not a run folder: it has no job.yaml");
        }

        return folder;
    }

    /// <summary>The log of one process of the run.</summary>
    /// <param name="slot">Number of the process, 0 or more.</param>
    public string LogFile(int slot) => System.IO.Path.Combine(LogsFolder, $"rank-{slot:0000}.log");

    /// <summary>Takes the run for this process, until the result is disposed or the process dies, however it dies.</summary>
    /// <param name="supervisor">Who takes it.</param>
    /// <exception cref="RunFolderException">A living process has it.</exception>
    public IDisposable Take(SupervisorRecord supervisor)
    {
        var held = Lock();
        try
        {
            File.WriteAllText(SupervisorFile, JsonSerializer.Serialize(supervisor, RunJson.Readable.SupervisorRecord));
            return held;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            held.Dispose();
            throw NotWritable(Path, error);
        }
    }

    /// <summary>The process that is at work on the run now; null when there is none.</summary>
    /// <remarks>A supervisor writes its name a moment after it has taken the run: until then this is the one before it, or <see cref="SupervisorRecord.Unknown"/>.</remarks>
    /// <exception cref="RunFolderException">The run's lock is another user's and cannot be read.</exception>
    public SupervisorRecord? LivingSupervisor()
    {
        try
        {
            using var free = FileLock.TryShare(LockFile, make: false);
            var last = Supervisor();
            return free is null ? last ?? SupervisorRecord.Unknown
                // Where the file system knows no locks, the process itself must be looked for.
                : !free.Enforced && last?.Process.Standing() == ProcessStanding.Alive ? last
                : null;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{Shown(LockFile)} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>What to say when the run cannot be taken, because somebody has it.</summary>
    /// <param name="other">Who.</param>
    public RunFolderException Taken(SupervisorRecord other) =>
        new($"{other.Place()} is at work on {Shown(Path)}; stop it first: colossus stop {Shown(Path)}");

    /// <summary>A path as a person would type it: relative when it lies under the working folder.</summary>
    /// <param name="path">A full path.</param>
    public static string Shown(string path)
    {
        var relative = System.IO.Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    private static List<string> Neighbours(string missing)
    {
        const int most = 3;
        var parent = System.IO.Path.GetDirectoryName(missing);
        return parent is null || !Directory.Exists(parent)
            ? []
            : [.. Directory.EnumerateDirectories(parent)
                .Where(folder => File.Exists(System.IO.Path.Combine(folder, "job.yaml")))
                .OrderByDescending(Directory.GetLastWriteTimeUtc)
                .Take(most)
                .Select(Shown)];
    }

    private static void Replace(string file, string text)
    {
        var temporary = file + ".new";
        try
        {
            File.WriteAllText(temporary, text);
            File.Move(temporary, file, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            RemoveIfThere(temporary);
            throw NotWritable(file, error);
        }
    }

    private static RunFolderException NotWritable(string path, Exception error) =>
        new($"{Shown(path)} cannot be written: {error.Message}; free space there or make it writable, then try again", error);

    private static void RemoveIfThere(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It could not be made either.
        }
    }

    private FileLock Lock()
    {
        // Someone who only looks whether the run is taken holds the lock for microseconds: that is no reason to give up.
        const int attempts = 5;
        try
        {
            for (var attempt = 1; attempt <= attempts; attempt++)
            {
                if (FileLock.TryTake(LockFile, make: true) is { } held)
                {
                    return held;
                }

                Thread.Sleep(10);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(Path, error);
        }

        throw Taken(Supervisor() ?? SupervisorRecord.Unknown);
    }

    private SupervisorRecord? Supervisor()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(SupervisorFile), RunJson.Default.SupervisorRecord);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
