using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TorchSharp;

namespace Colossus.Training.Native;

/// <summary>Finds libtorch, loads it, and loads TorchSharp's own library, patched where the host's libstdc++ is too old for it.</summary>
/// <remarks>
/// Call <see cref="Load"/> before the first use of a TorchSharp type: its static constructor then finds the libraries already in the process.
/// The libraries are searched in <c>COLOSSUS_LIBTORCH</c>, beside the program, and in the package cache this assembly was built with.
/// </remarks>
public static class LibtorchLoader
{
    /// <summary>The environment variable that names a folder with <c>libtorch_cpu.so</c> and <c>libLibTorchSharp.so</c>, or one of the two.</summary>
    public const string OverrideVariable = "COLOSSUS_LIBTORCH";

    private const string Bridge = "libLibTorchSharp.so";
    private static readonly Lock Gate = new();
    private static LibtorchInfo? loaded;

    /// <summary>Loads the libraries once a process; later calls answer what the first one found.</summary>
    /// <param name="cacheDirectory">Where a patched copy may be kept; default: <c>colossus/native</c> under the user's cache folder.</param>
    /// <returns>What was loaded, and from where.</returns>
    /// <exception cref="LibtorchException">A library is missing or cannot be loaded; the message says which, where it was searched and what to do.</exception>
    public static LibtorchInfo Load(string? cacheDirectory = null)
    {
        lock (Gate)
        {
            return loaded ??= LoadAll(cacheDirectory ?? DefaultCache());
        }
    }

    /// <summary>Finds the folder of libtorch without loading anything.</summary>
    /// <returns>The folder, or null when libtorch is in none of the places searched.</returns>
    public static string? Find() => Locate("libtorch_cpu.so");

    private static LibtorchInfo LoadAll(string cache)
    {
        string libtorch = Locate("libtorch_cpu.so") ?? throw Missing("libtorch_cpu.so");
        string bridgeFolder = Locate(Bridge) ?? throw Missing(Bridge);

        // Dependencies of the bridge are found by soname once they are in the process, so the order matters.
        foreach (string name in Directory.GetFiles(libtorch, "libgomp*").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)
            .Concat(["libc10.so", "libtorch_cpu.so", "libtorch.so"]))
        {
            LoadOne(Path.Combine(libtorch, name));
        }

        string bridge = Path.Combine(bridgeFolder, Bridge);
        bool patched = false;
        if (!NativeLibrary.TryLoad(bridge, out _))
        {
            bridge = PatchedCopy(bridge, cache);
            patched = true;
            LoadOne(bridge);
        }

        torch.InitializeDeviceType(DeviceType.CPU);
        return new LibtorchInfo(libtorch, bridge, patched);
    }

    private static void LoadOne(string path)
    {
        try
        {
            NativeLibrary.Load(path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw new LibtorchException($"cannot load {path}: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    // Ranks start together: each writes its own temporary file, and the rename decides. The name carries the hash of the original.
    private static string PatchedCopy(string original, string cache)
    {
        byte[] image = File.ReadAllBytes(original);
        string target = Path.Combine(cache, $"{Convert.ToHexStringLower(SHA256.HashData(image))[..16]}-{Bridge}");
        if (File.Exists(target))
        {
            return target;
        }

        try
        {
            GlibcxxPatch.Apply(image);
        }
        catch (NotSupportedException exception)
        {
            throw new LibtorchException(
                $"{original} does not load on this host and cannot be adapted to it ({exception.Message}); a newer libstdc++ is needed (GCC 13 or later)",
                exception);
        }

        Directory.CreateDirectory(cache);
        string temporary = $"{target}.{Guid.NewGuid():N}";
        File.WriteAllBytes(temporary, image);
        File.Move(temporary, target, overwrite: true);
        return target;
    }

    private static string? Locate(string file) => Candidates().FirstOrDefault(folder => File.Exists(Path.Combine(folder, file)));

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable(OverrideVariable) is { Length: > 0 } chosen)
        {
            yield return chosen;
        }

        yield return AppContext.BaseDirectory;
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");
        foreach (var attribute in typeof(LibtorchLoader).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>())
        {
            if (attribute is { Key: "NativeLibraryFolder", Value: { } folder })
            {
                yield return folder;
            }
        }
    }

    private static LibtorchException Missing(string file) => new(
        $"{file} was not found; searched: {string.Join(", ", Candidates())}. Run 'dotnet restore' in the clone, or set {OverrideVariable} to the folder that holds it");

    private static string DefaultCache()
    {
        string? root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        root = string.IsNullOrEmpty(root) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache") : root;
        return Path.Combine(root, "colossus", "native");
    }
}
