using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Colossus.Scenarios;

/// <summary>One <c>colossus train</c> as a process of its own, with its JSON lines as they come.</summary>
internal sealed partial class ColossusRun : IDisposable
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int User1 = 10;
    public const int User2 = 12;
    public const int Terminate = 15;
    public const int Freeze = 19;
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(120);

    private readonly Process process;
    private readonly ConcurrentQueue<JsonElement> events = new();
    private readonly ConcurrentQueue<string> talk = new();

    private ColossusRun(IReadOnlyList<string> before, IEnumerable<string> arguments, string? memory)
    {
        string[] words = [.. before, "dotnet", Program, .. arguments];
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (memory is not null)
        {
            start.Environment["COLOSSUS_SHM"] = memory;
        }

        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } && line.Data[0] == '{')
            {
                events.Enqueue(JsonDocument.Parse(line.Data).RootElement);
            }
        };
        process.ErrorDataReceived += (_, line) => talk.Enqueue(line.Data ?? string.Empty);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public string Talk => string.Join('\n', talk);

    private static string Program => Path.Combine(Root, "artifacts", "bin", "Colossus.Cli", "release", "colossus.dll");

    private static string Root
    {
        get
        {
            string folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Colossus.slnx")))
            {
                folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no repository above the tests");
            }

            return folder;
        }
    }

    public static ColossusRun Start(params string[] arguments) => new([], arguments, null);

    /// <summary>The same through another program, or with shared memory in a folder of its own.</summary>
    /// <param name="before">Program and arguments that come before; as in <c>setsid</c>.</param>
    /// <param name="memory">Folder for shared memory; null for the usual one.</param>
    /// <param name="arguments">Colossus's own arguments.</param>
    public static ColossusRun StartThrough(string[] before, string? memory, params string[] arguments) => new(before, arguments, memory);

    /// <summary>Waits for the process to end.</summary>
    public int WaitForExit()
    {
        Assert.True(process.WaitForExit(limit), $"waited {limit.TotalSeconds:0} s for the run to end; it said: {Talk}");
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Waits for a completed step.</summary>
    public void WaitForStep(int step)
    {
        var started = Stopwatch.StartNew();
        while (!Events("step").Any(e => e.GetProperty("step").GetInt64() >= step))
        {
            Assert.True(started.Elapsed < limit && !process.HasExited, $"waited for step {step}; it said: {Talk}");
            Thread.Sleep(5);
        }
    }

    public IEnumerable<JsonElement> Events(string kind) => events.Where(e => e.GetProperty("event").GetString() == kind);

    /// <summary>The processes of the ranks and of the spare.</summary>
    public IReadOnlyList<int> Workers() => ChildrenOf(process.Id);

    /// <summary>The processes that a process has started and that still are its own.</summary>
    public static IReadOnlyList<int> ChildrenOf(int parent) => [.. Directory.GetDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out int id) ? id : 0)
        .Where(id => id > 0 && ParentOf(id) == parent).Order()];

    /// <summary>Sends a signal to a process of the run.</summary>
    /// <param name="id">The process; negative for the group of that number.</param>
    /// <param name="signal">Number of the signal.</param>
    public static void Signal(int id, int signal) => Assert.True(TrySignal(id, signal));

    /// <summary>The same to a process that may have ended.</summary>
    public static bool TrySignal(int id, int signal) => SendSignal(id, signal) == 0;

    public static bool IsAlive(int id) => Directory.Exists($"/proc/{id}") && !ReadStat(id).Contains(") Z", StringComparison.Ordinal);

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private static int ParentOf(int id)
    {
        string stat = ReadStat(id);
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 1 ? int.Parse(fields[1]) : 0;
    }

    private static string ReadStat(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/stat");
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int id, int signal);
}
