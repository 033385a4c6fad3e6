using System.Globalization;

namespace Colossus.Checkpoints;

/// <summary>A committed checkpoint on disk; whether it is whole is another question (<see cref="CheckpointReader.Verify"/>).</summary>
/// <param name="Path">Its folder, such as <c>runs/x/checkpoints/step-000100</c>.</param>
/// <param name="Step">Steps completed, from the folder's name.</param>
public sealed record CheckpointFolder(string Path, long Step)
{
    /// <summary>Name of the file that lists all checksums in the form of <c>sha256sum --check</c>.</summary>
    public const string SumsName = "SHA256SUMS";

    private const string prefix = "step-";
    private const int digits = 6;

    /// <summary>What stands between a checkpoint's name and its writer's in the name of an unfinished one.</summary>
    internal const string TemporaryMark = ".tmp-";

    /// <summary>Name of a checkpoint's folder, such as <c>step-000100</c>.</summary>
    /// <param name="step">Steps completed, 0 or more.</param>
    public static string Name(long step) => prefix + step.ToString("D6", CultureInfo.InvariantCulture);

    /// <summary>Name of a rank's file, such as <c>rank-0000.safetensors</c>.</summary>
    /// <param name="rank">The rank, 0 or more.</param>
    public static string ShardName(int rank) => $"rank-{rank:D4}.safetensors";

    /// <summary>Recognizes a committed checkpoint by its name.</summary>
    /// <param name="path">A folder.</param>
    /// <returns>Null when the name is another.</returns>
    public static CheckpointFolder? TryParse(string path)
    {
        string name = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(path));
        return name.Length >= prefix.Length + digits
            && name.StartsWith(prefix, StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step)
            && Name(step) == name
                ? new CheckpointFolder(path, step)
                : null;
    }

    /// <summary>Whether a name is that of an unfinished checkpoint.</summary>
    internal static bool IsTemporary(string name) =>
        name.IndexOf(TemporaryMark, StringComparison.Ordinal) is var at and > 0 && TryParse(name[..at]) is not null;
}
