using System.Text.RegularExpressions;

namespace Colossus.House.Tests;

/// <summary>A reader finds a type by its file's name, and no type is longer than a sitting.</summary>
public sealed partial class ShapeTests
{
    private const int MostLines = 400;
    private const string Declaration = @"(?:(?:static|sealed|abstract|partial|readonly|ref|unsafe|file) )*(?:class|struct|enum|interface|record struct|record class|record|delegate \S+) (?<name>\w+)";

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

    // A type that is spread over partial files is as long as all of them together: a reader has to know them all. A file of top-level statements stands for itself.
    [Fact]
    public void No_type_is_longer_than_a_sitting()
    {
        var lines = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var file in Repository.Files("src", "*.cs"))
        {
            var text = Repository.Text(file);
            var space = Namespace().Match(text).Groups["name"].Value;
            var types = AnyType().Matches(text).Select(match => $"{space}.{match.Groups["name"].Value}").Distinct();
            foreach (var type in types.DefaultIfEmpty(file))
            {
                lines[type] = lines.GetValueOrDefault(type) + text.Count(letter => letter == '\n');
            }
        }

        Assert.Empty(lines.Where(type => type.Value > MostLines).Select(type => $"{type.Key} has {type.Value} lines"));
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

    [GeneratedRegex("^public " + Declaration, RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex("^(?:(?:public|internal) )?" + Declaration, RegexOptions.Multiline)]
    private static partial Regex AnyType();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
