using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Colossus.Checkpoints.Files;

/// <summary>Who writes into an unfinished checkpoint: machine, process and the process's start, because process numbers are used again.</summary>
/// <param name="Machine">The machine's name, letters, digits and dashes.</param>
/// <param name="Process">Process number.</param>
/// <param name="StartTicks">When it started, in the system's own count.</param>
internal sealed partial record WriterIdentity(string Machine, int Process, long StartTicks)
{
    /// <summary>This process.</summary>
    public static WriterIdentity Current { get; } =
        new(UnfitCharacters().Replace(Environment.MachineName, "-"), Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0);

    /// <summary>Recognizes what <see cref="ToString"/> wrote, followed by a number of the attempt.</summary>
    public static WriterIdentity? TryParse(string text)
    {
        Match match = Pattern().Match(text);
        return match.Success
            && int.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int process)
            && long.TryParse(match.Groups[3].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long start)
                ? new WriterIdentity(match.Groups[1].Value, process, start)
                : null;
    }

    /// <summary>Whether the process lives; null when it is one of another machine, of which nothing is known here.</summary>
    public bool? IsAlive() => Machine == Current.Machine ? StartOf(Process) == StartTicks : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Machine}-{Process}-{StartTicks}";

    /// <summary>When a living process started; null when there is none, or only its remains that wait for the parent.</summary>
    private static long? StartOf(int process)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using Process other = System.Diagnostics.Process.GetProcessById(process);
                return other.StartTime.ToUniversalTime().Ticks;
            }

            // proc(5): the name in parentheses may hold anything; state is the first field after it, the start in clock ticks the twentieth.
            string text = File.ReadAllText($"/proc/{process}/stat");
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    [GeneratedRegex("[^A-Za-z0-9-]")]
    private static partial Regex UnfitCharacters();

    [GeneratedRegex("^([A-Za-z0-9-]*)-([0-9]+)-([0-9]+)-[0-9]+$")]
    private static partial Regex Pattern();
}
