using System.Text.Json;
using Colossus.Processes;
using Colossus.Training.Native;
using Colossus.Training.Products;

namespace Colossus.Worker;

/// <summary><c>probe</c>: loads libtorch, multiplies a few matrices and copies some memory; one JSON object on standard output.</summary>
internal static class ProbeErrand
{
    public static int Run()
    {
        // A stop that reaches the whole group is answered by the command line, and not by "libtorch cannot be used here".
        using var signals = StopSignal.LeaveToSupervisor();
        var libtorch = LibtorchLoader.Load();
        int threads = Environment.ProcessorCount;
        var speed = ProductSpeed.Measure(threads);
        double memory = MemorySpeed.Measure(threads, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        using var output = Console.OpenStandardOutput();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("libtorch", libtorch.Version);
        json.WriteString("folder", libtorch.Folder);
        json.WriteString("bridge", libtorch.Bridge);
        json.WriteBoolean("patched", libtorch.Patched);
        json.WriteNumber("threads", threads);
        json.WriteNumber("fp32", speed.Fp32);
        json.WriteNumber("bf16", speed.Bf16);
        json.WriteNumber("memoryBandwidth", memory);
        json.WriteEndObject();
        return 0;
    }
}
