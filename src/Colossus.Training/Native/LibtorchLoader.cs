using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Colossus.Training.Native;

/// <summary>Finds libtorch, loads it, and loads TorchSharp's own library, patched in memory where the host's libstdc++ is too old for it.</summary>
/// <remarks>
/// Call <see cref="Load"/> before the first use of a TorchSharp type: its static constructor then finds the libraries already in the process.
/// The libraries are searched in <c>COLOSSUS_LIBTORCH</c>, beside the program, and in the one folder of the clone that the build puts them into.
/// Nothing is written: any user who may read an installation can load it.
/// </remarks>
public static class LibtorchLoader
{
    /// <summary>The environment variable that names a folder with <c>libtorch_cpu.so</c> and <c>libLibTorchSharp.so</c>, or one of the two.</summary>
    public const string OverrideVariable = "COLOSSUS_LIBTORCH";

    private const string Bridge = "libLibTorchSharp.so";
    private static readonly string[] Libraries = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];
    private static readonly Lock Gate = new();
    private static LibtorchInfo? loaded;

    /// <summary>Loads the libraries once a process; later calls answer what the first one found.</summary>
    /// <returns>What was loaded, and from where.</returns>
    /// <exception cref="LibtorchException">A library is missing or cannot be loaded; the message says which, where it was searched and what to do.</exception>
    public static LibtorchInfo Load()
    {
        lock (Gate)
        {
            return loaded ??= LoadAll();
        }
    }

    private static LibtorchInfo LoadAll()
    {
        string libtorch = Locate("libtorch_cpu.so");
        string bridge = Path.Combine(Locate(Bridge), Bridge);

        // Dependencies of the bridge are found by soname once they are in the process, so the order matters.
        foreach (string file in (string[])
            [.. Directory.GetFiles(libtorch, "libgomp*").Order(StringComparer.Ordinal), .. Libraries.Select(name => Path.Combine(libtorch, name))])
        {
            LoadOne(file, file);
        }

        bool patched = !NativeLibrary.TryLoad(bridge, out _);
        if (patched)
        {
            using var copy = PatchedCopy(bridge);
            LoadOne(copy.Path, $"{bridge}, adapted to this host's libstdc++,");
        }

        torch.InitializeDeviceType(DeviceType.CPU);
        return new LibtorchInfo(Version(), libtorch, bridge, patched);
    }

    private static void LoadOne(string path, string shown)
    {
        try
        {
            NativeLibrary.Load(path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw new LibtorchException($"{shown} cannot be loaded: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    private static MemoryFile PatchedCopy(string original)
    {
        try
        {
            byte[] image = File.ReadAllBytes(original);
            GlibcxxPatch.Apply(image);
            return MemoryFile.Of(Bridge, image);
        }
        catch (Exception exception) when (exception is NotSupportedException or IOException or UnauthorizedAccessException)
        {
            throw new LibtorchException(
                $"{original} does not load on this host and cannot be adapted to it ({exception.Message}); a newer libstdc++ is needed (GCC 13 or later)",
                exception);
        }
    }

    private static string Locate(string file)
    {
        var folders = Candidates().ToList();
        return folders.Find(folder => File.Exists(Path.Combine(folder, file))) ?? throw new LibtorchException(
            $"{file} was not found; searched: {string.Join(", ", folders)}. "
            + $"Whoever built Colossus builds it again (dotnet build src/Colossus.Worker), or {OverrideVariable} names the folder that holds it");
    }

    /// <summary>Programs of a clone lie in <c>artifacts/bin/PROJECT/release</c>, the libraries in <c>artifacts/native</c>; a clone may be moved as a whole.</summary>
    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable(OverrideVariable) is { Length: > 0 } chosen)
        {
            yield return Path.GetFullPath(chosen);
        }

        yield return AppContext.BaseDirectory;
        yield return Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "native"));
    }

    private static string Version() => typeof(LibtorchLoader).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == "LibtorchVersion").Value!;
}
