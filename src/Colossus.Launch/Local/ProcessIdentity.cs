using System.Globalization;

namespace Colossus.Launch.Local;

/// <summary>A process id and the moment of its start, which together no other process ever has until the machine is started anew.</summary>
/// <param name="Pid">The process id.</param>
/// <param name="StartTicks">Clock ticks from the start of the machine to that of the process; 0 where that is not known.</param>
internal readonly record struct ProcessIdentity(int Pid, long StartTicks)
{
    private const int StartField = 22;
    private const int FirstFieldAfterName = 3;

    public static ProcessIdentity Own => new(Environment.ProcessId, Ticks("self") ?? 0);

    public bool Lives => Ticks(Pid.ToString(CultureInfo.InvariantCulture)) == StartTicks;

    private static long? Ticks(string process)
    {
        try
        {
            // The name may hold spaces and brackets; the fields after it do not.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[StartField - FirstFieldAfterName], CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
