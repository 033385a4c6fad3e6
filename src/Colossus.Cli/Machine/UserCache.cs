namespace Colossus.Cli.Machine;

/// <summary>
/// Where cached files of this user lie: token shards, the measured speed of the machine, crash reports. The only definition of it.
/// <c>XDG_CACHE_HOME/colossus</c>, else <c>~/.cache/colossus</c>; where that cannot be written, a folder of this user alone under the temporary folder.
/// </summary>
/// <param name="Folder">The folder, which exists and can be written; null when there is none.</param>
/// <param name="Refused">The places before it and why they are not used, best first; empty when the best is used.</param>
internal sealed record UserCache(string? Folder, IReadOnlyList<string> Refused)
{
    /// <summary>Finds the folder, makes it, and tries it by writing.</summary>
    /// <param name="variable">Value of an environment variable; null when it is not set or empty.</param>
    public static UserCache Find(Func<string, string?> variable)
    {
        var (usual, from) = Usual(variable);
        if (Refusal(usual, from) is not { } refusal)
        {
            return new UserCache(usual, []);
        }

        var temporary = Path.Combine(Path.GetFullPath(variable("TMPDIR") ?? "/tmp"), $"colossus-{FolderOwner.Me}");
        return (FolderOwner.MakeOwn(temporary) ?? FolderTrial.Problem(temporary)) is { } problem
            ? new UserCache(null, [refusal, $"{temporary} {problem}"])
            : new UserCache(temporary, [refusal]);
    }

    /// <summary>Folder of token shards.</summary>
    /// <exception cref="CliException">There is no folder for cached files; exit code 3.</exception>
    public string Shards => Folder is { } folder
        ? Path.Combine(folder, "shards")
        : throw CliException.Lacks($"token shards have no place: {string.Join("; ", Refused)}. {Advice}, or data.cache in the job");

    /// <summary>What to do where no folder, or not the best one, can be used.</summary>
    public static string Advice => "Set XDG_CACHE_HOME to a folder that you may write";

    private static (string Folder, string From) Usual(Func<string, string?> variable)
    {
        if (variable("XDG_CACHE_HOME") is { } cache)
        {
            return (Path.Combine(cache, "colossus"), "XDG_CACHE_HOME");
        }

        var home = variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return (Path.Combine(home, ".cache", "colossus"), "HOME");
    }

    private static string? Refusal(string folder, string from) =>
        !Path.IsPathFullyQualified(folder) ? $"{from} is no absolute path"
        : FolderTrial.Problem(folder) is { } problem ? $"{folder} ({from}) {problem}"
        : null;
}
