using System.Diagnostics;
using System.Runtime.Versioning;

namespace Colossus.Cli.Tests;

/// <summary>The script <c>colossus</c>, in a clone of its own whose program is a stand-in that is built already.</summary>
[SupportedOSPlatform("linux")]
public sealed class LauncherTests : IDisposable
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(30);

    private readonly string clone = Directory.CreateTempSubdirectory("colossus-clone-").FullName;

    public LauncherTests()
    {
        foreach (var file in (string[])["colossus", "eng/build.sh"])
        {
            Copy(Path.Combine(Root, file), Path.Combine(clone, file));
        }

        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig", "src/a.cs"])
        {
            Write(file, "");
        }

        // In place of dotnet and of the program: tells what it was given.
        Write("tools/dotnet", "#!/bin/sh\necho \"$0 $2\"\noutput=$(readlink /proc/$$/fd/1)\necho \"$output\" >&2\n");
        File.SetUnixFileMode(Path.Combine(clone, "tools/dotnet"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Write("artifacts/.built-colossus", "");
        File.SetLastWriteTimeUtc(Path.Combine(clone, "artifacts/.built-colossus"), DateTime.UtcNow.AddHours(1));
    }

    private static string Root
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Colossus.slnx")))
            {
                folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no repository above the tests");
            }

            return folder;
        }
    }

    [Fact]
    public void A_built_clone_runs_without_a_home_and_writes_nothing_into_itself()
    {
        var before = Files();
        var end = Shell("unset HOME; $CLONE/colossus doctor");
        Assert.Equal((0, $"{clone}/tools/dotnet doctor\n"), (end.Code, end.Out));
        Assert.Equal(before, Files());
    }

    [Fact]
    public void Closed_standard_output_is_as_good_as_dev_null()
    {
        var end = Shell("$CLONE/colossus doctor >&-");
        Assert.Equal((0, "", "/dev/null\n"), (end.Code, end.Out, end.Error));
    }

    [Fact]
    public void A_stale_clone_that_may_not_be_written_names_who_has_to_build_it()
    {
        // A file in place of the folder: a user who may write everywhere cannot write there either.
        Directory.Delete(Path.Combine(clone, "artifacts"), recursive: true);
        Write("artifacts", "");
        var end = Shell("$CLONE/colossus doctor");
        Assert.Equal(ExitCode.EnvironmentLacks, end.Code);
        Assert.Equal($"colossus: {clone} is not built from its present sources, and you may not write there: {Environment.UserName} runs {clone}/colossus once, then everybody can.\n", end.Error);
    }

    public void Dispose() => Directory.Delete(clone, recursive: true);

    private string[] Files() => [.. Directory.EnumerateFileSystemEntries(clone, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private (int Code, string Out, string Error) Shell(string line)
    {
        var start = new ProcessStartInfo("sh", ["-c", line]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CLONE"] = clone;
        start.Environment["PATH"] = $"{clone}/tools:{Environment.GetEnvironmentVariable("PATH")}";
        return Ended.Of(start, limit);
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(clone, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to);
    }
}
