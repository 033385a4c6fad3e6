using System.Diagnostics;

namespace Colossus.Cli.Workers;

/// <summary>Runs the worker once and passes on what it writes, as it writes it.</summary>
internal static class WorkerRun
{
    private const int MostComplaint = 4096;

    /// <summary>Standard output of the worker is taken by <paramref name="take"/> while it comes.</summary>
    /// <exception cref="CliException">It cannot be started (exit code 3), or it failed: then with its own exit code, when that is one of ours, and its last words.</exception>
    public static async Task PassAsync(WorkerCommand worker, IReadOnlyList<string> arguments, Func<Stream, Task> take, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(worker.Program, [.. worker.Arguments, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using var process = WorkerProbe.Start(start);
        process.StandardInput.Close();
        try
        {
            var talk = process.StandardError.ReadToEndAsync(cancellationToken);
            await take(process.StandardOutput.BaseStream);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                var complaint = (await talk).Trim();
                var code = process.ExitCode is ExitCode.BadInput or ExitCode.EnvironmentLacks ? process.ExitCode : ExitCode.Failed;
                throw new CliException(code, complaint.Length == 0
                    ? $"the worker ended with exit code {process.ExitCode} and said nothing"
                    : complaint[Math.Max(0, complaint.Length - MostComplaint)..]);
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
