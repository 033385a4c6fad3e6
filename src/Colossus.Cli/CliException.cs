namespace Colossus.Cli;

/// <summary>The end of a verb with a message for the person at the terminal and an exit code for the caller.</summary>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    /// <summary>One of <see cref="Cli.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>The command line or a file is wrong.</summary>
    public static CliException BadInput(string message) => new(Cli.ExitCode.BadInput, message);

    /// <summary>The machine lacks something.</summary>
    public static CliException Lacks(string message) => new(Cli.ExitCode.EnvironmentLacks, message);

    /// <summary>The work failed.</summary>
    public static CliException Failed(string message) => new(Cli.ExitCode.Failed, message);
}
