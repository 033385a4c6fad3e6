using System.Text.Json;
using Colossus.Cli.Workers;

namespace Colossus.Cli.Machine;

/// <summary>The machine's measured speed: measured once, then read from the user's cache folder.</summary>
internal static class PeakCache
{
    /// <summary>The cached measurement, or a new one.</summary>
    /// <param name="host">Whose cache folder.</param>
    /// <param name="facts">This machine.</param>
    /// <param name="worker">The program that measures.</param>
    /// <param name="again">Whether to measure even when there is a cached one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CliException">libtorch cannot be used; exit code 3.</exception>
    public static async Task<WorkerProbe> GetAsync(CliHost host, MachineFacts facts, WorkerCommand worker, bool again, CancellationToken cancellationToken)
    {
        if (!again && Known(host, facts, worker) is { } known)
        {
            return known;
        }

        var probe = await WorkerProbe.RunAsync(worker, cancellationToken);
        if (Known(host, facts, worker) is { } before && before.Threads == probe.Threads)
        {
            // A peak is the best that was seen: a machine that is busy at the moment does not lower it.
            probe = probe with { Fp32 = Math.Max(probe.Fp32, before.Fp32), Bf16 = Math.Max(probe.Bf16, before.Bf16), MemoryBandwidth = Math.Max(probe.MemoryBandwidth, before.MemoryBandwidth) };
        }

        if (File(host) is not { } file)
        {
            host.Warn($"the measured speed cannot be kept: {string.Join("; ", host.Cache.Refused)}. {UserCache.Advice}");
            return probe;
        }

        try
        {
            var temporary = $"{file}.{Guid.NewGuid():N}";
            await System.IO.File.WriteAllTextAsync(
                temporary, JsonSerializer.Serialize(new PeakRecord(facts.Processor, facts.Cores, Identity(worker), probe), WorkerJson.Default.PeakRecord), cancellationToken);
            System.IO.File.Move(temporary, file, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            host.Warn($"the measured speed cannot be kept: {error.Message}");
        }

        return probe;
    }

    /// <summary>Whether there is a measurement, so that <see cref="GetAsync"/> takes no time.</summary>
    public static bool Has(CliHost host, MachineFacts facts, WorkerCommand worker) => Known(host, facts, worker) is not null;

    private static WorkerProbe? Known(CliHost host, MachineFacts facts, WorkerCommand worker) =>
        File(host) is { } file && Read(file) is { } known && known.Processor == facts.Processor && known.Cores == facts.Cores && known.Worker == Identity(worker) ? known.Probe : null;

    private static string? File(CliHost host) => host.Cache.Folder is { } folder ? Path.Combine(folder, "machine.json") : null;

    private static string Identity(WorkerCommand worker)
    {
        var file = new FileInfo(worker.Location);
        return file.Exists ? $"{file.Length} {file.LastWriteTimeUtc:O}" : worker.Location;
    }

    private static PeakRecord? Read(string file)
    {
        try
        {
            return System.IO.File.Exists(file) ? JsonSerializer.Deserialize(System.IO.File.ReadAllText(file), WorkerJson.Default.PeakRecord) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
