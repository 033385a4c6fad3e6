using System.Diagnostics;
using System.Globalization;

namespace Colossus.Processes;

/// <summary>The processes of this machine, or of this container, read from <c>/proc</c>; where the kernel is not Linux, from the base library.</summary>
public sealed class ProcessTable : IProcessTable
{
    // proc(5): fields count from 1; the second is the program's name in parentheses and may itself hold blanks and parentheses.
    private const int StateField = 3;
    private const int StartField = 22;

    private ProcessTable()
    {
    }

    /// <summary>The one table of this process.</summary>
    public static ProcessTable OfThisMachine { get; } = new();

    /// <inheritdoc/>
    public string Host { get; } = Environment.MachineName;

    /// <inheritdoc/>
    public string Boot { get; } = Read("/proc/sys/kernel/random/boot_id")?.Trim() ?? "";

    /// <inheritdoc/>
    /// <remarks>Where <c>/proc</c> was not mounted anew for a new namespace it shows the numbers of the old one, so that none can be trusted: then 0.</remarks>
    public long PidNamespace { get; } = Link("/proc/self") == Environment.ProcessId.ToString(CultureInfo.InvariantCulture) ? OwnNamespace() : 0;

    /// <inheritdoc/>
    public long? StartOf(int pid) => OperatingSystem.IsLinux() ? StartIn($"/proc/{pid}/stat") : StartByLibrary(pid);

    /// <summary>The calling process; right even where <c>/proc</c> is another namespace's.</summary>
    internal ProcessIdentity Self() =>
        new(Environment.ProcessId, (OperatingSystem.IsLinux() ? StartIn("/proc/self/stat") : StartByLibrary(Environment.ProcessId)) ?? 0, Boot, OwnNamespace(), Host);

    private static long? StartIn(string file)
    {
        var text = Read(file);
        var end = text?.LastIndexOf(')') ?? -1;
        if (end < 0)
        {
            return null;
        }

        var fields = text![(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > StartField - StateField && fields[0] is not ("Z" or "X")
            && long.TryParse(fields[StartField - StateField], CultureInfo.InvariantCulture, out var ticks)
                ? ticks
                : null;
    }

    private static long? StartByLibrary(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.StartTime.ToUniversalTime().Ticks;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static long OwnNamespace()
    {
        // The link reads "pid:[4026531836]".
        var name = Link("/proc/self/ns/pid")?.Split('[', ']');
        return name is [_, var inode, _] && long.TryParse(inode, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private static string? Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
