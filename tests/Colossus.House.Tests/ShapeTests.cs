using System.Text.RegularExpressions;

namespace Colossus.House.Tests;

/// <summary>A reader finds a type by its file's name, and no file is longer than a sitting.</summary>
public sealed partial class ShapeTests
{
    private const int MostLines = 400;

    /// <summary>Files that may be longer, each with its reason.</summary>
    private static readonly Dictionary<string, string> LongFiles = [];

    [Fact]
    public void A_file_has_one_public_type_and_its_name()
    {
        var wrong = new List<string>();
        foreach (var file in Repository.Files("src", "*.cs"))
        {
            var types = PublicType().Matches(Repository.Text(file)).Select(match => match.Groups["name"].Value).Distinct().ToList();
            var expected = Path.GetFileNameWithoutExtension(file).Split('.')[0];
            if (types.Count > 1 || (types.Count == 1 && types[0] != expected))
            {
                wrong.Add($"{file} holds {string.Join(", ", types)}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void No_file_is_longer_than_a_sitting()
    {
        var wrong = Repository.Files("src", "*.cs")
            .Select(file => (File: file, Lines: Repository.Text(file).Count(letter => letter == '\n')))
            .Where(one => one.Lines > MostLines && !LongFiles.ContainsKey(one.File))
            .Select(one => $"{one.File} has {one.Lines} lines");
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_exception_from_the_length_is_still_needed_and_has_a_reason()
    {
        Assert.All(LongFiles, exception =>
        {
            Assert.NotEmpty(exception.Value);
            Assert.True(Repository.Text(exception.Key).Count(letter => letter == '\n') > MostLines, $"{exception.Key} is short again");
        });
    }

    [Fact]
    public void Scripts_can_be_run()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // file modes are of Unix
        }

        foreach (var script in (string[])["colossus", "test", ".ci/run"])
        {
            var path = Path.Combine(Repository.Root, script);
            Assert.True(File.Exists(path), $"{script} is missing");
            Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute), $"{script} cannot be run");
            Assert.StartsWith("#!/usr/bin/env bash\n", File.ReadAllText(path));
        }
    }

    [GeneratedRegex(@"^public (?:(?:static|sealed|abstract|partial|readonly|ref|unsafe|file) )*(?:class|struct|enum|interface|record struct|record class|record|delegate \S+) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}
