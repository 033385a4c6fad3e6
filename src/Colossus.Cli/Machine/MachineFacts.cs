using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Colossus.Cli.Machine;

/// <summary>What the operating system says of this machine.</summary>
/// <param name="Processor">Name of the processor.</param>
/// <param name="Vendor">Its maker as the kernel names it: <c>GenuineIntel</c>, <c>AuthenticAMD</c>; empty when not known.</param>
/// <param name="Features">Those of its features that matter here: <c>avx2</c>, <c>avx512f</c>, <c>avx512_bf16</c>, <c>amx_bf16</c>.</param>
/// <param name="Cores">Logical processors that this process may use.</param>
/// <param name="MemoryBytes">Main memory; 0 when not known.</param>
/// <param name="FreeMemoryBytes">Main memory that can be had; 0 when not known.</param>
/// <param name="SharedMemoryBytes">Size of <c>/dev/shm</c>; 0 when there is none.</param>
/// <param name="FreeSharedMemoryBytes">Free part of it.</param>
internal sealed record MachineFacts(
    string Processor, string Vendor, IReadOnlyList<string> Features, int Cores, long MemoryBytes, long FreeMemoryBytes, long SharedMemoryBytes, long FreeSharedMemoryBytes)
{
    private static readonly string[] Interesting = ["avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile", "amx_bf16"];

    // What libtorch's kernels ask for before they choose an order of summation in fp32 or bf16.
    private static readonly string[] Rounding = ["avx2", "avx512f", "avx512_bf16", "amx_bf16"];

    /// <summary>
    /// What kernels of this machine are chosen by: architecture, maker, vector width of our own, instruction sets of libtorch's. On machines of one class
    /// the same sums round alike.
    /// </summary>
    public string Class
    {
        get
        {
            var bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
            string[] parts = [RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(), Vendor, $"{bits}-bit vectors", .. Rounding.Where(Features.Contains)];
            return string.Join(' ', parts.Where(part => part.Length > 0));
        }
    }

    /// <summary>Reads <c>/proc</c> and <c>/dev/shm</c>.</summary>
    public static MachineFacts Read() => From(Lines("/proc/cpuinfo"), Lines("/proc/meminfo"), Environment.ProcessorCount, SharedMemoryRoom.Of("/dev/shm") ?? (0, 0));

    /// <summary>From the texts of <c>/proc/cpuinfo</c> and <c>/proc/meminfo</c>.</summary>
    public static MachineFacts From(IReadOnlyList<string> cpu, IReadOnlyList<string> memory, int cores, (long Size, long Free) shared)
    {
        // Arm names no model there; its features stand under another name.
        var name = Value(cpu, "model name") ?? Value(cpu, "Processor") ?? "unknown processor";
        var flags = (Value(cpu, "flags") ?? Value(cpu, "Features") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        return new MachineFacts(
            name, Value(cpu, "vendor_id") ?? "", [.. Interesting.Where(flags.Contains)], cores, Kibibytes(memory, "MemTotal"), Kibibytes(memory, "MemAvailable"), shared.Size, shared.Free);
    }

    private static string? Value(IReadOnlyList<string> lines, string key) =>
        lines.Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2 && parts[0].Trim() == key)
            .Select(parts => parts[1].Trim())
            .FirstOrDefault();

    private static long Kibibytes(IReadOnlyList<string> lines, string key) =>
        long.TryParse(Value(lines, key)?.Split(' ')[0], out var kibibytes) ? kibibytes * 1024 : 0;

    private static string[] Lines(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}
