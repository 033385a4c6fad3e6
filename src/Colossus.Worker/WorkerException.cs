namespace Colossus.Worker;

/// <summary>An end with an exit code and one message.</summary>
internal sealed class WorkerException(int exitCode, string message) : Exception(message)
{
    /// <summary>Exit code of the process.</summary>
    public int ExitCode { get; } = exitCode;
}
