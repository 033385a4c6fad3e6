using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Colossus.Cli.Workers;

/// <summary>What the worker found when it loaded libtorch and multiplied a few matrices.</summary>
/// <param name="Libtorch">Version of libtorch.</param>
/// <param name="Folder">Folder of its libraries.</param>
/// <param name="Bridge">TorchSharp's own library as loaded.</param>
/// <param name="Patched">Whether that is a copy adapted to an older libstdc++.</param>
/// <param name="Threads">Threads of the measured products.</param>
/// <param name="Fp32">Matrix products with 32-bit operands, FLOP/s.</param>
/// <param name="Bf16">Matrix products with bf16 operands, FLOP/s.</param>
/// <param name="MemoryBandwidth">Main memory, bytes read and written a second; 0 in measurements of older versions.</param>
internal sealed record WorkerProbe(string? Libtorch, string? Folder, string? Bridge, bool Patched, int Threads, double Fp32, double Bf16, double MemoryBandwidth = 0)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The larger of the two speeds: what utilization is measured against.</summary>
    [JsonIgnore]
    public double Peak => Math.Max(Fp32, Bf16);

    /// <summary>Starts the worker's <c>probe</c> and reads its answer; takes a second or two.</summary>
    /// <exception cref="CliException">It cannot be started, fails or gives no answer within a minute; exit code 3.</exception>
    public static async Task<WorkerProbe> RunAsync(WorkerCommand worker, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(worker.Program, [.. worker.Arguments, "probe"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using var process = Start(start);
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var answer = process.StandardOutput.ReadToEndAsync(limit.Token);
            var talk = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode != 0)
            {
                throw CliException.Lacks($"libtorch cannot be used here: {LastLine(await talk)}");
            }

            return JsonSerializer.Deserialize(LastLine(await answer), WorkerJson.Default.WorkerProbe) ?? throw new JsonException("null");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw CliException.Lacks($"the worker gave no answer within {Limit.TotalSeconds:0} s ({worker.Location} probe)");
        }
        catch (JsonException error)
        {
            throw CliException.Lacks($"the worker's answer cannot be read ({worker.Location} probe): {error.Message}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Starts a process of the worker.</summary>
    internal static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw CliException.Lacks($"the worker cannot be started: {start.FileName}: {error.Message}");
        }
    }

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it said nothing";
}
