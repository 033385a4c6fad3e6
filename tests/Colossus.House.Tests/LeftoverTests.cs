using System.Text.RegularExpressions;

namespace Colossus.House.Tests;

/// <summary>What is left lying about when work is not finished.</summary>
public sealed partial class LeftoverTests
{
    // Written in two parts, so that this file does not find itself.
    private static readonly string[] Words = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK:", "NotImplemented" + "Exception"];

    [Fact]
    public void No_file_says_that_it_is_unfinished()
    {
        var found = from file in SourceFiles()
                    from word in Words
                    where Regex.IsMatch(Repository.Text(file), $@"\b{Regex.Escape(word)}")
                    select $"{file}: {word}";
        Assert.Empty(found);
    }

    [Fact]
    public void Only_executables_write_to_the_console()
    {
        string[] executables = ["src/Colossus.Cli/", "src/Colossus.Worker/"];
        var found = Repository.Files("src", "*.cs")
            .Where(file => !executables.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)))
            .Where(file => ConsoleUse().IsMatch(Repository.Text(file)));
        Assert.Empty(found);
    }

    [Fact]
    public void No_file_names_a_folder_of_one_persons_machine()
    {
        var personal = new Regex(@"(?<![\w./-])/(" + string.Join('|', "wor" + "k", "hom" + "e/[a-z]+", "roo" + "t", "User" + "s/[a-z]+") + ")/", RegexOptions.IgnoreCase);
        Assert.DoesNotContain(SourceFiles().Concat(Repository.Files("", "*.md")), file => personal.IsMatch(Repository.Text(file)));
    }

    private static IEnumerable<string> SourceFiles() =>
        Repository.Files("src", "*.cs").Concat(Repository.Files("tests", "*.cs")).Concat(Repository.Files("samples", "*.yaml")).Concat(Repository.Files("", "*.csproj"));

    [GeneratedRegex(@"(?<![\w.])Console\.(Write|Out|Error|Read)")]
    private static partial Regex ConsoleUse();
}
