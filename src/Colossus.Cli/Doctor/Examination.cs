using System.Runtime.InteropServices;
using Colossus.Cli.Figures;
using Colossus.Cli.Machine;
using Colossus.Cli.Workers;

namespace Colossus.Cli.Doctor;

/// <summary>Looks at everything that a run needs or can use on this machine.</summary>
internal static class Examination
{
    private const long Gibibyte = 1L << 30;
    private const long FewMemory = 4 * Gibibyte;
    private const long FewSharedMemory = Gibibyte;
    private const long FewDisk = 5 * Gibibyte;

    /// <summary>All checks, in the order in which they are shown.</summary>
    public static async Task<IReadOnlyList<Check>> RunAsync(CliHost host, MachineFacts facts, CancellationToken cancellationToken)
    {
        List<Check> checks =
        [
            System(),
            Processor(facts),
            facts.MemoryBytes >= FewMemory
                ? Check.Good("memory", $"{Format.Bytes(facts.MemoryBytes)}, {Format.Bytes(facts.FreeMemoryBytes)} free")
                : Check.Optional("memory", Format.Bytes(facts.MemoryBytes), "small models only: a rank needs about 20 bytes a parameter and 300 MiB for libtorch"),
            SharedMemory(facts),
            Runs(Path.Combine(host.WorkingFolder, "runs")),
            Shards(host.Cache),
            Check.Good(".NET runtime", RuntimeInformation.FrameworkDescription),
            Sdk(),
        ];
        checks.AddRange(await LibtorchAsync(host, facts, cancellationToken));
        checks.Add(Cuda(host));
        checks.Add(Slurm(host));
        return checks;
    }

    private static Check System() =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? Check.Good("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}")
            : Check.Missing("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}", "training needs Linux on x86-64: ranks share memory through /dev/shm");

    private static Check Processor(MachineFacts facts)
    {
        var found = $"{facts.Processor}, {facts.Cores} {(facts.Cores == 1 ? "core" : "cores")}, {(facts.Features.Count == 0 ? "no vector features" : string.Join(' ', facts.Features))}";
        return !facts.Features.Contains("avx2")
            ? Check.Missing("processor", found, "libtorch's kernels need AVX2: use a processor of 2013 or later, or let the virtual machine pass its features through")
            : !facts.Features.Contains("avx512_bf16") && !facts.Features.Contains("amx_bf16")
                ? Check.Optional("processor", found, "no bf16 instructions: train.products: auto multiplies in 32 bits here")
                : Check.Good("processor", found);
    }

    private static Check SharedMemory(MachineFacts facts)
    {
        const string advice = "mount -o remount,size=50% /dev/shm (in Docker: --shm-size=4g); weights, gradients and optimizer state of all ranks lie there";
        var found = $"{Format.Bytes(facts.SharedMemoryBytes)}, {Format.Bytes(facts.FreeSharedMemoryBytes)} free";
        return facts.SharedMemoryBytes == 0 ? Check.Missing("/dev/shm", "none", "mount a tmpfs at /dev/shm")
            : facts.FreeSharedMemoryBytes < FewSharedMemory ? Check.Optional("/dev/shm", found, advice)
            : Check.Good("/dev/shm", found);
    }

    private static Check Runs(string folder) => FolderTrial.ProblemOfAncestor(folder) is { } problem
        ? Check.Optional("disk of runs", $"{folder} {problem}", "name a folder that you may write: train --run FOLDER, or start colossus in another folder")
        : Disk("disk of runs", folder);

    private static Check Shards(UserCache cache)
    {
        const string name = "disk of token shards";
        if (cache.Folder is not { } folder)
        {
            return Check.Missing(name, $"no place: {string.Join("; ", cache.Refused)}", $"{UserCache.Advice}, or data.cache in each job");
        }

        var disk = Disk(name, folder);
        return cache.Refused.Count == 0 ? disk : Check.Optional(
            name, $"{disk.Found}, since {string.Join("; ", cache.Refused)}", $"{UserCache.Advice}: what lies under the temporary folder may be removed, and is made again then");
    }

    private static Check Disk(string name, string folder)
    {
        var existing = folder;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing)!;
        }

        try
        {
            var free = new DriveInfo(existing).AvailableFreeSpace;
            var found = $"{Format.Bytes(free)} free at {folder}";
            return free >= FewDisk ? Check.Good(name, found) : Check.Optional(name, found, "a checkpoint takes 12 bytes a parameter; free some space or choose another place");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Check.Optional(name, $"cannot be looked at: {error.Message}", "look with df");
        }
    }

    private static Check Sdk()
    {
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var folder = Path.Combine(root, "sdk");
        var sdks = Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Select(Path.GetFileName).Where(name => char.IsDigit(name![0])).Order(StringComparer.Ordinal).ToList() : [];
        return sdks.Count > 0
            ? Check.Good(".NET SDK", $"{string.Join(", ", sdks)} at {root}")
            : Check.Optional(".NET SDK", $"none at {root}", "the source dotnet-docs reads its documentation; other sources need none. https://dotnet.microsoft.com/download/dotnet/10.0");
    }

    private static async Task<IReadOnlyList<Check>> LibtorchAsync(CliHost host, MachineFacts facts, CancellationToken cancellationToken)
    {
        try
        {
            var worker = WorkerCommand.Find(host);
            var probe = await PeakCache.GetAsync(host, facts, worker, again: true, cancellationToken);
            return
            [
                Check.Good("worker", worker.Location),
                Check.Good("libtorch", $"{probe.Libtorch} at {probe.Folder}, {(probe.Patched ? $"through {probe.Bridge}, adapted in memory: this system's libstdc++ is older than it asks for" : $"through {probe.Bridge}")}"),
                Check.Good("matrix products", $"fp32 {Format.FlopsPerSecond(probe.Fp32)}, bf16 {Format.FlopsPerSecond(probe.Bf16)} on {probe.Threads} {(probe.Threads == 1 ? "thread" : "threads")}; utilization is measured against the faster"),
                Check.Good("memory bandwidth", $"{Format.Bytes((long)probe.MemoryBandwidth)}/s read and written"),
            ];
        }
        catch (CliException error)
        {
            return [Check.Missing("libtorch", error.Message, "look at the message; if files are missing or cannot be read, whoever built Colossus builds it again: dotnet build src/Colossus.Worker")];
        }
    }

    private static Check Cuda(CliHost host)
    {
        string[] libraries = ["/usr/lib/x86_64-linux-gnu/libcuda.so.1", "/usr/lib64/libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1"];
        var driver = libraries.FirstOrDefault(File.Exists);
        var tool = OnPath(host, "nvidia-smi");
        return driver is null && tool is null
            ? Check.Optional("CUDA", "none", "not needed: this version trains on processors")
            : Check.Optional("CUDA", $"driver at {driver ?? tool}", "this version trains on processors; the driver is not used");
    }

    private static Check Slurm(CliHost host) =>
        OnPath(host, "srun") is { } srun && OnPath(host, "sinfo") is not null
            ? Check.Optional("Slurm", $"client at {Path.GetDirectoryName(srun)}", "this version starts ranks on this machine only; Slurm is not used")
            : Check.Optional("Slurm", "none", "not needed: ranks are started on this machine");

    private static string? OnPath(CliHost host, string program) =>
        (host.Variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
