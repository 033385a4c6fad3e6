using System.Globalization;
using System.Text.RegularExpressions;
using Colossus.Processes;

namespace Colossus.Checkpoints.Files;

/// <summary>How the process that writes an unfinished checkpoint, or moves one aside, stands in the name of its folder.</summary>
internal static partial class WriterMark
{
    /// <summary>The mark of this process.</summary>
    public static string Own { get; } = Of(ProcessIdentity.Current);

    /// <summary>The mark of a process.</summary>
    public static string Of(ProcessIdentity process) => string.Create(
        CultureInfo.InvariantCulture,
        $"{UnfitCharacters().Replace(process.Host, "-")}-{process.Boot.Replace("-", "", StringComparison.Ordinal)}-{process.PidNamespace}-{process.Pid}-{process.StartTicks}");

    /// <summary>Recognizes a mark, followed by a number of the attempt; null for what is none, as of an older version.</summary>
    /// <param name="text">The end of a folder's name.</param>
    public static ProcessIdentity? TryParse(string text) =>
        Pattern().Match(text) is { Success: true } match
            && long.TryParse(match.Groups["space"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var space)
            && int.TryParse(match.Groups["pid"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(match.Groups["start"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var start)
                ? new ProcessIdentity(pid, start, Dashed(match.Groups["boot"].Value), space, match.Groups["host"].Value)
                : null;

    private static string Dashed(string boot) => Guid.TryParseExact(boot, "N", out var id) ? id.ToString("D") : boot;

    [GeneratedRegex("[^A-Za-z0-9.-]")]
    private static partial Regex UnfitCharacters();

    [GeneratedRegex("^(?<host>[A-Za-z0-9.-]*)-(?<boot>[0-9a-f]{32}|)-(?<space>[0-9]+)-(?<pid>[0-9]+)-(?<start>[0-9]+)-[0-9]+$")]
    private static partial Regex Pattern();
}
