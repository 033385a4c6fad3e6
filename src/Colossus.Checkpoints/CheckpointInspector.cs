using System.Security.Cryptography;
using Colossus.Checkpoints.Files;
using Colossus.Checkpoints.Safetensors;

namespace Colossus.Checkpoints;

/// <summary>Looks whether a checkpoint on disk is whole.</summary>
internal static class CheckpointInspector
{
    /// <summary>Larger manifests are not read; one of a thousand ranks and a thousand tensors takes less. Reading takes some ten times the bytes of the file.</summary>
    private const long largestManifestBytes = 1 << 29;

    /// <summary>Larger lists of checksums are not read; a line takes about 90 bytes.</summary>
    private const long largestSumsBytes = 1 << 24;

    /// <summary>What is wrong, cheapest checks first, found as they are asked for; empty when nothing is.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="run">The run that it must be of; null for any.</param>
    /// <param name="cancellation">Looked at while checksums are computed.</param>
    public static IEnumerable<string> Problems(string folder, RunSignature? run, CancellationToken cancellation)
    {
        CheckpointManifest? manifest = null;
        string? problem = null;
        try
        {
            manifest = ReadManifest(folder);
        }
        catch (CheckpointException error)
        {
            problem = $"{error.What}: {error.Where}";
        }

        if (manifest is null)
        {
            yield return problem!;
            yield break;
        }

        if (CheckpointFolder.TryParse(folder) is { } named && named.Step != manifest.Step)
        {
            yield return $"the manifest says step {manifest.Step}";
        }

        if (run?.Difference(manifest) is { } foreign)
        {
            yield return foreign;
        }

        if (SumsProblem(folder, manifest) is { } different)
        {
            yield return different;
        }

        foreach (ManifestFile file in manifest.Files)
        {
            if (SizeProblem(folder, file) is { } wrong)
            {
                yield return wrong;
                yield break;
            }
        }

        foreach (string wrong in KeyProblems(folder, manifest))
        {
            yield return wrong;
        }

        foreach (ManifestFile file in manifest.Files)
        {
            if (HashProblem(folder, file, cancellation) is { } wrong)
            {
                yield return wrong;
            }
        }
    }

    /// <summary>Reads the manifest and compares it with its own checksum where the list of checksums is there.</summary>
    public static CheckpointManifest ReadManifest(string folder)
    {
        string path = Path.Combine(folder, CheckpointManifest.FileName);
        try
        {
            // An empty file and whatever is no file, such as a pipe that would be waited on for ever.
            long bytes = new FileInfo(path).Length;
            if (bytes is 0 or > largestManifestBytes)
            {
                throw CheckpointException.Malformed($"Not a checkpoint's manifest (it has {bytes:N0} bytes)", path);
            }

            byte[] json = File.ReadAllBytes(path);
            string sums = Path.Combine(folder, CheckpointFolder.SumsName);
            if (File.Exists(sums) && !ReadSums(sums).Split('\n').Contains(SumLine(HashOf(json), CheckpointManifest.FileName)))
            {
                throw new CheckpointException(
                    CheckpointFault.Altered, $"{CheckpointManifest.FileName} does not have the SHA-256 that {CheckpointFolder.SumsName} names", path, null, null, "Use an older checkpoint, or a copy of this one.");
            }

            return CheckpointManifest.Parse(json, path);
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            throw CheckpointException.Reading(error, path);
        }
    }

    /// <summary>The list of checksums of a checkpoint, as <c>sha256sum --check</c> reads it.</summary>
    /// <param name="manifestJson">The manifest's file.</param>
    /// <param name="manifest">What it says.</param>
    public static string Sums(ReadOnlySpan<byte> manifestJson, CheckpointManifest manifest) => string.Concat(
        manifest.Files.Select(file => SumLine(file.Sha256, file.Name)).Prepend(SumLine(HashOf(manifestJson), CheckpointManifest.FileName)).Select(line => line + "\n"));

    // Whatever is too large, or no file, lists nothing that is right.
    private static string ReadSums(string path) => new FileInfo(path).Length is > 0 and <= largestSumsBytes ? File.ReadAllText(path) : string.Empty;

    private static string SumLine(string sha256, string name) => $"{sha256}  {name}";

    private static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    // A checkpoint that someone made without the list is fine: the manifest has the checksums of the data.
    private static string? SumsProblem(string folder, CheckpointManifest manifest)
    {
        string path = Path.Combine(folder, CheckpointFolder.SumsName);
        try
        {
            return !File.Exists(path) || ReadSums(path) == Sums(File.ReadAllBytes(Path.Combine(folder, CheckpointManifest.FileName)), manifest)
                ? null
                : $"{CheckpointFolder.SumsName} does not list the checksums of the manifest";
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            return $"{CheckpointFolder.SumsName} cannot be read ({error.Message.TrimEnd('.')})";
        }
    }

    private static string? SizeProblem(string folder, ManifestFile file)
    {
        var info = new FileInfo(Path.Combine(folder, file.Name));
        return !info.Exists ? $"{file.Name} is missing"
            : info.Length != file.Bytes ? $"{file.Name} has {info.Length:N0} bytes, expected are {file.Bytes:N0}"
            : null;
    }

    private static string? HashProblem(string folder, ManifestFile file, CancellationToken cancellation)
    {
        try
        {
            string found = Hashing.OfFile(Path.Combine(folder, file.Name), cancellation);
            return found == file.Sha256 ? null : $"{file.Name} has the SHA-256 {found}, expected is {file.Sha256}";
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            return $"{file.Name} cannot be read ({error.Message.TrimEnd('.')})";
        }
    }

    private static List<string> KeyProblems(string folder, CheckpointManifest manifest)
    {
        var problems = new List<string>();
        var readers = new Dictionary<string, SafetensorsReader>(StringComparer.Ordinal);
        try
        {
            foreach (ManifestFile file in manifest.Files)
            {
                readers.Add(file.Name, SafetensorsReader.Open(Path.Combine(folder, file.Name)));
            }

            foreach (ManifestTensor tensor in manifest.Tensors)
            {
                problems.AddRange(tensor.Slices.Select(slice => KeyProblem(tensor, slice, readers[slice.File])).OfType<string>());
            }
        }
        catch (CheckpointException error)
        {
            problems.Add($"{Path.GetFileName(error.Where)}: {error.What}");
        }
        finally
        {
            foreach (SafetensorsReader reader in readers.Values)
            {
                reader.Dispose();
            }
        }

        return problems;
    }

    /// <summary>Whether a file has a slice as the manifest describes it.</summary>
    public static string? KeyProblem(ManifestTensor tensor, ManifestSlice slice, SafetensorsReader file) => file.Find(slice.Key) is not { } entry
        ? $"{slice.File} has no {slice.Key}"
        : entry.Type != tensor.Type || !entry.Shape.SequenceEqual(slice.Shape)
            ? $"{slice.File} has {slice.Key} as {entry.Type.Spelling()} [{string.Join(", ", entry.Shape)}], expected is {tensor.Type.Spelling()} [{string.Join(", ", slice.Shape)}]"
            : null;
}
