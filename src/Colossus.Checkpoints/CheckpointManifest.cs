using System.Text.Encodings.Web;
using System.Text.Json;

namespace Colossus.Checkpoints;

/// <summary>The table of contents of a checkpoint, <c>manifest.json</c>: what the run was, and where each box of each tensor lies.</summary>
/// <param name="FormatVersion">Version of this layout, see <see cref="CurrentVersion"/>.</param>
/// <param name="Step">Steps completed.</param>
/// <param name="Ranks">Ranks that trained.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="DataPosition">Samples consumed.</param>
/// <param name="RandomState">State of random streams, as the trainer wrote it.</param>
/// <param name="WeightsSha256">Fingerprint of all parameters, see <see cref="WeightsFingerprint"/>.</param>
/// <param name="Job">The resolved job, YAML text.</param>
/// <param name="Tensors">Parameters in canonical order, then optimizer state.</param>
/// <param name="Files">The data files.</param>
public sealed record CheckpointManifest(
    int FormatVersion,
    long Step,
    int Ranks,
    ulong Seed,
    long DataPosition,
    string RandomState,
    string WeightsSha256,
    string Job,
    IReadOnlyList<ManifestTensor> Tensors,
    IReadOnlyList<ManifestFile> Files)
{
    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Name of the file in a checkpoint's folder.</summary>
    public const string FileName = "manifest.json";

    private static readonly ManifestJson writing = new(new JsonSerializerOptions(ManifestJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the job stays readable; the file is never part of a page
        TypeInfoResolver = null,
    });

    /// <summary>Puts together what the ranks wrote and checks that every tensor is covered, each element once.</summary>
    /// <param name="state">What the checkpoint says of the run.</param>
    /// <param name="shards">Records of all ranks, in any order.</param>
    /// <param name="parameterOrder">
    /// Names of the parameters in canonical order, the order of <see cref="WeightsSha256"/>. They come first in the manifest; all other tensors follow in the order of their names.
    /// </param>
    /// <exception cref="CheckpointException">A parameter of the order is missing, or slices leave a gap, overlap or disagree.</exception>
    public static CheckpointManifest Assemble(CheckpointState state, IReadOnlyList<ShardRecord> shards, IReadOnlyList<string> parameterOrder)
    {
        ShardRecord[] ordered = [.. shards.OrderBy(shard => shard.File, StringComparer.Ordinal)];
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string name in parameterOrder)
        {
            places.Add(name, places.Count);
        }

        ManifestTensor[] tensors =
        [
            .. ordered
                .SelectMany(shard => shard.Slices.Select(slice => (shard.File, Slice: slice)))
                .GroupBy(item => item.Slice.Name, StringComparer.Ordinal)
                .OrderBy(group => places.GetValueOrDefault(group.Key, int.MaxValue))
                .ThenBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => MakeTensor(group.Key, [.. group])),
        ];
        var manifest = new CheckpointManifest(
            CurrentVersion, state.Step, state.Ranks, state.Seed, state.DataPosition, state.RandomState, state.WeightsSha256, state.Job, tensors,
            [.. ordered.Select(shard => new ManifestFile(shard.File, shard.Bytes, shard.Sha256))]);
        var present = tensors.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        string? problem = parameterOrder.Where(name => !present.Contains(name)).Select(name => $"no rank wrote {name}").FirstOrDefault()
            ?? ManifestCheck.Problems(manifest).FirstOrDefault();
        return problem is null ? manifest : throw Wrong(problem);
    }

    /// <summary>Finds a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Null when there is none of that name.</returns>
    public ManifestTensor? Find(string name) => Tensors.FirstOrDefault(tensor => tensor.Name == name);

    /// <summary>The file's content: JSON, UTF-8, always the same bytes for the same manifest.</summary>
    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, writing.CheckpointManifest), (byte)'\n'];

    /// <summary>Reads and checks the file's content.</summary>
    /// <param name="json">Bytes of the file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="CheckpointException">It is not a manifest, comes from a newer version, or contradicts itself.</exception>
    public static CheckpointManifest Parse(ReadOnlySpan<byte> json, string path)
    {
        CheckpointManifest manifest;
        try
        {
            RefuseNewer(json, path);
            manifest = JsonSerializer.Deserialize(json, ManifestJson.Default.CheckpointManifest) ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            throw CheckpointException.Malformed($"Not a checkpoint's manifest ({error.Message.TrimEnd('.')})", path, error);
        }

        string? problem = ManifestCheck.Problems(manifest).FirstOrDefault();
        return problem is null ? manifest : throw CheckpointException.Malformed($"The manifest contradicts itself: {problem}", path);
    }

    private static ManifestTensor MakeTensor(string name, (string File, ShardSlice Slice)[] items)
    {
        ShardSlice first = items[0].Slice;
        foreach ((string file, ShardSlice slice) in items)
        {
            if (slice.Type != first.Type || !slice.TensorShape.SequenceEqual(first.TensorShape))
            {
                throw Wrong($"{items[0].File} and {file} disagree on the type or shape of {name}");
            }
        }

        return new ManifestTensor(
            name, first.Type, first.TensorShape,
            [.. items.OrderBy(item => item.Slice.Start.Count == 0 ? 0 : item.Slice.Start[0])
                .Select(item => new ManifestSlice(item.File, item.Slice.Key, item.Slice.Start, item.Slice.Shape))]);
    }

    private static CheckpointException Wrong(string problem) => new(
        CheckpointFault.SlicesWrong, $"The ranks' parts do not make a whole checkpoint: {problem}", FileName, null, null, "This is a mistake in the program; please report it.");

    private static void RefuseNewer(ReadOnlySpan<byte> json, string path)
    {
        int version = JsonSerializer.Deserialize(json, ManifestJson.Default.ManifestVersion)?.FormatVersion ?? 0;
        if (version is < 1 or > CurrentVersion)
        {
            throw new CheckpointException(
                CheckpointFault.Malformed, "The checkpoint has a format that this version does not read", path, $"format {version}", $"1 to {CurrentVersion}", "Use a newer Colossus.");
        }
    }
}
