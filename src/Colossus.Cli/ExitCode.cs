namespace Colossus.Cli;

/// <summary>What the process says to its caller; the same numbers for every verb.</summary>
internal static class ExitCode
{
    /// <summary>The work is done.</summary>
    public const int Done = 0;

    /// <summary>The work failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a file is wrong.</summary>
    public const int BadInput = 2;

    /// <summary>The machine lacks something.</summary>
    public const int EnvironmentLacks = 3;

    /// <summary>A check found something wrong.</summary>
    public const int CheckFailed = 4;

    /// <summary>Stopped on request, whichever signal asked for it (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
