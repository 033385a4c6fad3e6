using System.Globalization;

namespace Colossus.Collectives;

/// <summary>A process, told apart from a later one with the same number by the time it started.</summary>
/// <param name="Pid">Number of the process.</param>
/// <param name="StartTicks">Start of the process in clock ticks since boot: field 22 of <c>/proc/PID/stat</c>.</param>
public readonly record struct ProcessIdentity(int Pid, long StartTicks)
{
    private static readonly ProcessIdentity current = Find(Environment.ProcessId) ?? new ProcessIdentity(Environment.ProcessId, 0);

    /// <summary>The calling process.</summary>
    public static ProcessIdentity Current => current;

    /// <summary>Whether the process still runs. One that ended and was not yet reaped by its parent does not; a stopped one (SIGSTOP) does.</summary>
    public bool IsAlive => Read(Pid, out char state) is { } found && found == StartTicks && state is not ('Z' or 'X');

    /// <summary>The process that has this number now, or null when there is none.</summary>
    /// <param name="pid">Number of the process.</param>
    public static ProcessIdentity? Find(int pid) => Read(pid, out _) is { } ticks ? new ProcessIdentity(pid, ticks) : null;

    private static long? Read(int pid, out char state)
    {
        state = 'X';
        string text;
        try
        {
            text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The second field is the program's name in parentheses and may itself hold blanks and parentheses: count from the last one.
        int end = text.LastIndexOf(')');
        string[] fields = end < 0 ? [] : text[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 20 || !long.TryParse(fields[19], CultureInfo.InvariantCulture, out long ticks))
        {
            return null;
        }

        state = fields[0][0];
        return ticks;
    }
}
