using System.Diagnostics;
using System.Runtime.Versioning;
using Colossus.Cli.Machine;

namespace Colossus.Cli.Tests;

[SupportedOSPlatform("linux")]
public sealed class UserCacheTests : IDisposable
{
    private const UnixFileMode MineAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string folder = Directory.CreateTempSubdirectory("colossus-cache-").FullName;

    private string Temporary => Path.Combine(folder, $"colossus-{FolderOwner.Me}");

    [Fact]
    public void The_cache_lies_where_XDG_CACHE_HOME_says_else_in_the_home_folder()
    {
        var both = Find(("XDG_CACHE_HOME", $"{folder}/x"), ("HOME", $"{folder}/home"));
        Assert.Equal($"{folder}/x/colossus", both.Folder);
        Assert.Empty(both.Refused);
        Assert.Empty(Directory.GetFileSystemEntries(both.Folder!));
        Assert.Equal($"{folder}/home/.cache/colossus", Find(("HOME", $"{folder}/home")).Folder);
        Assert.Equal($"{folder}/home/.cache/colossus/shards", Find(("HOME", $"{folder}/home")).Shards);
    }

    [Theory]
    [InlineData("HOME", "/proc", "/proc/.cache/colossus (HOME) cannot be made")]
    [InlineData("HOME", "/dev/null", "/dev/null/.cache/colossus (HOME) cannot be ")]
    [InlineData("HOME", "home", "HOME is no absolute path")]
    [InlineData("XDG_CACHE_HOME", "cache", "XDG_CACHE_HOME is no absolute path")]
    public void A_home_that_cannot_be_written_gives_way_to_a_folder_of_this_user_alone(string variable, string value, string why)
    {
        var cache = Find((variable, value));
        Assert.Equal(Temporary, cache.Folder);
        Assert.StartsWith(why, Assert.Single(cache.Refused), StringComparison.Ordinal);
        Assert.Equal(MineAlone, File.GetUnixFileMode(Temporary));
        Assert.Equal(Temporary, Find((variable, value)).Folder);
    }

    [Fact]
    public void A_folder_that_others_may_enter_is_not_trusted()
    {
        Directory.CreateDirectory(Temporary, MineAlone | UnixFileMode.GroupRead);
        Refuses("is open to other users: chmod 700");
    }

    [Fact]
    public void A_link_in_place_of_the_folder_is_not_trusted()
    {
        File.CreateSymbolicLink(Temporary, Directory.CreateDirectory(Path.Combine(folder, "elsewhere"), MineAlone).FullName);
        Refuses("is no folder");
    }

    [Fact]
    public void A_folder_of_another_user_is_not_trusted()
    {
        Assert.SkipUnless(FolderOwner.Me == 0, "only root can give a folder to another user");
        Directory.CreateDirectory(Temporary, MineAlone);
        using var chown = Process.Start("chown", ["65534", Temporary]);
        Assert.True(chown.WaitForExit(TimeSpan.FromSeconds(10)), "waited 10 s for chown");
        Refuses("belongs to another user");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Refuses(string why)
    {
        var cache = Find(("HOME", "/proc"));
        Assert.Null(cache.Folder);
        Assert.StartsWith($"{Temporary} {why}", cache.Refused[^1], StringComparison.Ordinal);
        var error = Assert.Throws<CliException>(() => cache.Shards);
        Assert.Equal(ExitCode.EnvironmentLacks, error.ExitCode);
        Assert.Contains("Set XDG_CACHE_HOME", error.Message, StringComparison.Ordinal);
    }

    private UserCache Find(params (string Name, string Value)[] variables) =>
        UserCache.Find(name => name == "TMPDIR" ? folder : variables.FirstOrDefault(variable => variable.Name == name).Value);
}
