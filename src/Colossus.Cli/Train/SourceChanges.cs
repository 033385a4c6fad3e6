using Colossus.Runs;

namespace Colossus.Cli.Train;

/// <summary>What became of the files that a run's text was read from.</summary>
internal static class SourceChanges
{
    private const int MostNames = 3;

    /// <summary>In words, such as <c>a.txt changed; b.txt and 12 more removed</c>; null when all are as they were.</summary>
    /// <param name="before">The files when the run began.</param>
    /// <param name="now">The files now.</param>
    public static string? Describe(IReadOnlyList<RunSource> before, IReadOnlyList<RunSource> now)
    {
        var old = before.GroupBy(source => source.Name).ToDictionary(group => group.Key, group => group.First());
        var names = now.Select(source => source.Name).ToHashSet();
        string[] parts =
        [
            .. Part("changed", now.Where(source => old.TryGetValue(source.Name, out var former) && former.Sha256 != source.Sha256)),
            .. Part("added", now.Where(source => !old.ContainsKey(source.Name))),
            .. Part("removed", before.Where(source => !names.Contains(source.Name))),
        ];
        return parts.Length > 0 ? string.Join("; ", parts)
            : before.Select(source => source.Name).SequenceEqual(now.Select(source => source.Name)) ? null
            : "the order of the files changed";
    }

    private static IEnumerable<string> Part(string what, IEnumerable<RunSource> sources)
    {
        string[] names = [.. sources.Select(source => source.Name)];
        if (names.Length > 0)
        {
            var more = names.Length > MostNames ? $" and {names.Length - MostNames} more" : "";
            yield return $"{string.Join(", ", names.Take(MostNames))}{more} {what}";
        }
    }
}
