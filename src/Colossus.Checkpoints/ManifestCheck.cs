using Colossus.Checkpoints.Safetensors;

namespace Colossus.Checkpoints;

/// <summary>Whether a manifest is consistent in itself: names, sizes, and slices that cover each tensor with neither gap nor overlap.</summary>
internal static class ManifestCheck
{
    private const int sha256Digits = 64;

    /// <summary>Pairs of slices with rows in common that are compared for one tensor: four thousand ranks side by side, and no file that takes minutes.</summary>
    private const long mostComparisons = 1 << 23;

    /// <summary>Everything that is wrong, in the order of the file; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(CheckpointManifest manifest)
    {
        if (manifest.Step < 0 || manifest.Ranks < 1 || manifest.DataPosition < 0)
        {
            yield return $"step {manifest.Step}, ranks {manifest.Ranks} and data position {manifest.DataPosition} cannot be";
        }

        if (!IsSha256(manifest.WeightsSha256))
        {
            yield return $"weightsSha256 \"{manifest.WeightsSha256}\" is not {sha256Digits} lower-case hexadecimal digits";
        }

        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (ManifestFile? file in manifest.Files)
        {
            if (file is null || !IsPlainName(file.Name) || file.Bytes < 0 || !IsSha256(file.Sha256) || !files.Add(file.Name))
            {
                yield return $"file {file?.Name ?? "null"} has a name, size or checksum that cannot be, or stands there twice";
            }
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (ManifestTensor? tensor in manifest.Tensors)
        {
            if (tensor is null || tensor.Name.Length == 0 || !names.Add(tensor.Name))
            {
                yield return $"tensor {tensor?.Name ?? "null"} has no name or stands there twice";
            }
            else if (ProblemOf(tensor, files) is { } problem)
            {
                yield return $"tensor {tensor.Name}: {problem}";
            }
        }
    }

    private static bool IsSha256(string text) => text.Length == sha256Digits && text.All(char.IsAsciiHexDigitLower);

    // A name with a separator could lead out of the folder.
    private static bool IsPlainName(string name) =>
        name.Length > 0 && name[0] != '.' && name != CheckpointManifest.FileName && name != CheckpointFolder.SumsName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static string? ProblemOf(ManifestTensor tensor, HashSet<string> files)
    {
        if (!TensorTypes.TryBytes(tensor.Type, tensor.Shape, out _))
        {
            return $"its shape [{string.Join(", ", tensor.Shape)}] cannot be";
        }

        foreach (ManifestSlice? slice in tensor.Slices)
        {
            if (slice is null || !files.Contains(slice.File))
            {
                return $"a slice lies in {slice?.File ?? "null"}, which is not among the files";
            }

            if (!IsInside(slice, tensor.Shape))
            {
                return $"the slice {slice.Key} from [{string.Join(", ", slice.Start)}] with shape [{string.Join(", ", slice.Shape)}] lies outside of [{string.Join(", ", tensor.Shape)}]";
            }
        }

        return Cover(tensor);
    }

    private static bool IsInside(ManifestSlice slice, IReadOnlyList<long> shape)
    {
        if (slice.Start.Count != shape.Count || slice.Shape.Count != shape.Count)
        {
            return false;
        }

        for (int dim = 0; dim < shape.Count; dim++)
        {
            if (slice.Start[dim] < 0 || slice.Shape[dim] < 1 || slice.Start[dim] > shape[dim] - slice.Shape[dim])
            {
                return false;
            }
        }

        return true;
    }

    // Boxes inside the tensor that do not overlap cover it exactly when their elements add up to its own.
    private static string? Cover(ManifestTensor tensor)
    {
        ManifestSlice[] slices = [.. tensor.Slices.OrderBy(First)];
        UInt128 covered = 0;
        long compared = 0;
        for (int i = 0; i < slices.Length; i++)
        {
            _ = TensorTypes.TryCount(slices[i].Shape, out long count);
            covered += (ulong)count;
            for (int j = i + 1; j < slices.Length && First(slices[j]) < End(slices[i]); j++)
            {
                if (++compared > mostComparisons)
                {
                    return $"its {slices.Length} slices lie side by side in too many ways to be compared";
                }

                if (Overlap(slices[i], slices[j]))
                {
                    return $"the slices {slices[i].Key} in {slices[i].File} and {slices[j].Key} in {slices[j].File} overlap";
                }
            }
        }

        _ = TensorTypes.TryCount(tensor.Shape, out long whole);
        return covered == (ulong)whole ? null : $"its slices hold {covered} of {whole} elements";
    }

    private static long First(ManifestSlice slice) => slice.Start.Count == 0 ? 0 : slice.Start[0];

    private static long End(ManifestSlice slice) => slice.Start.Count == 0 ? 1 : slice.Start[0] + slice.Shape[0];

    private static bool Overlap(ManifestSlice a, ManifestSlice b)
    {
        for (int dim = 0; dim < a.Start.Count; dim++)
        {
            if (a.Start[dim] >= b.Start[dim] + b.Shape[dim] || b.Start[dim] >= a.Start[dim] + a.Shape[dim])
            {
                return false;
            }
        }

        return true;
    }
}
