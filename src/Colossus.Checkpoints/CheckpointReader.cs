using System.Runtime.InteropServices;
using Colossus.Checkpoints.Safetensors;

namespace Colossus.Checkpoints;

/// <summary>
/// Reads a checkpoint under any layout: asks for rows of a tensor and gets them put together from whatever slices were written by any number of ranks.
/// Several threads may read at once.
/// </summary>
public sealed unsafe class CheckpointReader : IDisposable
{
    private readonly string folder;
    private readonly Dictionary<string, ManifestTensor> tensors;
    private readonly Dictionary<string, SafetensorsReader> open = new(StringComparer.Ordinal);

    private CheckpointReader(string folder, CheckpointManifest manifest)
    {
        this.folder = folder;
        Manifest = manifest;
        tensors = manifest.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>What the checkpoint says of itself.</summary>
    public CheckpointManifest Manifest { get; }

    /// <summary>The committed checkpoints of a run, oldest first; whether they are whole is not looked at.</summary>
    /// <param name="checkpointsFolder">The run's <c>checkpoints</c> folder.</param>
    /// <returns>Empty when the folder is missing or cannot be read.</returns>
    public static IReadOnlyList<CheckpointFolder> List(string checkpointsFolder)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(checkpointsFolder).Select(CheckpointFolder.TryParse).OfType<CheckpointFolder>().OrderBy(folder => folder.Step)];
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            return [];
        }
    }

    /// <summary>The newest checkpoint whose manifest makes sense and whose files have the sizes and checksums that it names.</summary>
    /// <param name="checkpointsFolder">The run's <c>checkpoints</c> folder.</param>
    /// <param name="report">Gets a sentence for each newer one that cannot be used.</param>
    /// <param name="run">The run, by which checkpoints of other runs are told; null takes all for its own.</param>
    /// <param name="cancellation">Looked at while checksums are computed.</param>
    /// <returns>Null when there is none.</returns>
    public static CheckpointFolder? FindNewestGood(string checkpointsFolder, Action<string> report, RunSignature? run = null, CancellationToken cancellation = default)
    {
        foreach (CheckpointFolder folder in List(checkpointsFolder).Reverse())
        {
            if (CheckpointInspector.Problems(folder.Path, run, cancellation).FirstOrDefault() is not { } problem)
            {
                return folder;
            }

            report($"Checkpoint {Path.GetFileName(folder.Path)} cannot be used: {problem}. The one before it is tried.");
        }

        return null;
    }

    /// <summary>Everything that is wrong with a checkpoint, including a fingerprint of the weights that is not that of the parameters in it.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="run">The run that it must be of; null for any.</param>
    /// <param name="cancellation">Looked at while checksums are computed.</param>
    /// <returns>Sentences without a full stop; empty when it is whole.</returns>
    public static IReadOnlyList<string> Verify(string folder, RunSignature? run = null, CancellationToken cancellation = default)
    {
        List<string> problems = [.. CheckpointInspector.Problems(folder, run, cancellation)];
        if (problems.Count > 0)
        {
            return problems;
        }

        try
        {
            using CheckpointReader reader = Open(folder);
            return reader.FingerprintProblem(cancellation) is { } problem ? [problem] : [];
        }
        catch (CheckpointException error)
        {
            return [$"{error.What}: {error.Where}"];
        }
    }

    /// <summary>Opens a checkpoint. Checksums of its data are not computed: that is <see cref="FindNewestGood"/>'s and <see cref="Verify"/>'s.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <exception cref="CheckpointException">The manifest is missing, damaged or contradicts itself.</exception>
    public static CheckpointReader Open(string folder) => new(folder, CheckpointInspector.ReadManifest(folder));

    /// <summary>Compares with what a program expects; tensors that it does not expect are fine.</summary>
    /// <param name="expected">The tensors that it will read.</param>
    /// <exception cref="CheckpointException">Some are missing or have another shape or type; the message names them.</exception>
    public void Require(IReadOnlyList<TensorDeclaration> expected)
    {
        string[] problems = [.. expected.Select(tensor => tensor.Difference(tensors.GetValueOrDefault(tensor.Name))).OfType<string>()];
        if (problems.Length > 0)
        {
            const int shown = 8;
            string more = problems.Length > shown ? $"; and {problems.Length - shown} more" : "";
            throw new CheckpointException(
                expected.All(tensor => tensors.ContainsKey(tensor.Name)) ? CheckpointFault.TensorDiffers : CheckpointFault.TensorMissing,
                $"The checkpoint is of another model ({string.Join("; ", problems.Take(shown))}{more})", folder, null, null,
                "Use the job with which it was written, or start a new run.");
        }
    }

    /// <summary>Reads rows of an F32 tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="rowStart">First row (index of dim 0), 0 or more; 0 for a scalar.</param>
    /// <param name="rowCount">Rows, 0 or more; 1 for a scalar.</param>
    /// <param name="destination">As many values as the rows have.</param>
    /// <exception cref="CheckpointException">No such tensor, other type or size, or its files cannot be read.</exception>
    public void ReadInto(string name, long rowStart, long rowCount, Span<float> destination)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(destination);
        fixed (byte* pointer = bytes)
        {
            ReadInto(name, TensorType.F32, rowStart, rowCount, pointer, bytes.Length);
        }
    }

    /// <summary>Reads rows of a tensor of any size and type.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="type">The type that it must have.</param>
    /// <param name="rowStart">First row (index of dim 0), 0 or more; 0 for a scalar.</param>
    /// <param name="rowCount">Rows, 0 or more; 1 for a scalar.</param>
    /// <param name="destination">Receives the rows, row-major.</param>
    /// <param name="byteCount">Bytes there; as many as the rows have.</param>
    /// <exception cref="CheckpointException">No such tensor, other type or size, or its files cannot be read.</exception>
    public void ReadInto(string name, TensorType type, long rowStart, long rowCount, void* destination, long byteCount)
    {
        ManifestTensor tensor = tensors.GetValueOrDefault(name) ?? throw new CheckpointException(
            CheckpointFault.TensorMissing, $"The checkpoint has no tensor {name}", folder, null, null, "Use the job with which it was written, or start a new run.");
        long rows = tensor.Shape.Count == 0 ? 1 : tensor.Shape[0];
        long rowBytes = type.Width() * tensor.Shape.Skip(1).Aggregate(1L, static (product, size) => product * size);
        if (tensor.Type != type || rowStart < 0 || rowCount < 0 || rowStart > rows - rowCount || rowCount * rowBytes != byteCount)
        {
            throw new CheckpointException(
                CheckpointFault.TensorDiffers, $"Tensor {name} is not as expected", folder,
                $"{tensor.Type.Spelling()} [{string.Join(", ", tensor.Shape)}]",
                $"{type.Spelling()}, rows {rowStart} to {rowStart + rowCount} in {byteCount:N0} bytes",
                "Use the job with which it was written, or start a new run.");
        }

        foreach (ManifestSlice slice in tensor.Slices)
        {
            SliceCopy.Rows(tensor, slice, () => FileOf(tensor, slice), rowStart, rowCount, (byte*)destination);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (open)
        {
            foreach (SafetensorsReader reader in open.Values)
            {
                reader.Dispose();
            }

            open.Clear();
        }
    }

    private SafetensorsReader FileOf(ManifestTensor tensor, ManifestSlice slice)
    {
        SafetensorsReader? reader;
        lock (open)
        {
            if (!open.TryGetValue(slice.File, out reader))
            {
                reader = SafetensorsReader.Open(Path.Combine(folder, slice.File));
                open.Add(slice.File, reader);
            }
        }

        return CheckpointInspector.KeyProblem(tensor, slice, reader) is { } problem
            ? throw CheckpointException.Malformed($"The manifest and a file disagree: {problem}", Path.Combine(folder, slice.File))
            : reader;
    }

    private string? FingerprintProblem(CancellationToken cancellation)
    {
        ManifestTensor[] parameters = [.. Manifest.Tensors.Where(tensor => tensor.IsParameter)];
        if (parameters.Any(tensor => tensor.Type != TensorType.F32))
        {
            return null; // the fingerprint is one of fp32 values
        }

        string found = WeightsFingerprint.Combine([.. parameters.Select(tensor => Hash(tensor, cancellation))]);
        return found == Manifest.WeightsSha256 ? null : $"the weights have the fingerprint {found}, the manifest says {Manifest.WeightsSha256}";
    }

    private ParameterHash Hash(ManifestTensor tensor, CancellationToken cancellation)
    {
        long rows = tensor.Shape.Count == 0 ? 1 : tensor.Shape[0];
        long rowValues = tensor.Shape.Skip(1).Aggregate(1L, static (product, size) => product * size);
        long step = Math.Max(1, (1 << 18) / Math.Max(1, rowValues));
        float[] buffer = new float[Math.Min(step, rows) * rowValues];
        using var hasher = new ParameterHasher(tensor.Name, tensor.Shape);
        for (long row = 0; row < rows; row += step)
        {
            cancellation.ThrowIfCancellationRequested();
            long count = Math.Min(step, rows - row);
            Span<float> values = buffer.AsSpan(0, (int)(count * rowValues));
            ReadInto(tensor.Name, row, count, values);
            hasher.Append(values);
        }

        return hasher.Finish();
    }
}
