using System.Text.RegularExpressions;

namespace Colossus.House.Tests;

/// <summary>docs/errors.md tells of every error that has a code.</summary>
public sealed partial class ErrorPageTests
{
    private const string page = "docs/errors.md";

    public static TheoryData<string> Codes() =>
        [.. Code().Matches(Repository.Text("src/Colossus.Specs/Diagnostics/ErrorCode.cs")).Select(match => match.Groups["code"].Value)];

    public static TheoryData<string> Faults() =>
        [.. Fault().Matches(Repository.Text("src/Colossus.Checkpoints/CheckpointFault.cs")).Select(match => match.Groups["name"].Value)];

    [Theory]
    [MemberData(nameof(Codes))]
    [MemberData(nameof(Faults))]
    public void The_page_of_errors_tells_cause_and_cure_of_every_code(string code)
    {
        var sections = Regex.Split(Repository.Text(page), "^### ", RegexOptions.Multiline);
        var section = Assert.Single(sections, section => Regex.IsMatch(section, $@"\A{code}\b"));
        Assert.Matches(@"^Cause: \S", section.ReplaceLineEndings("\n").Split('\n').First(line => line.StartsWith("Cause", StringComparison.Ordinal)));
        Assert.Contains("\nCure: ", section);
    }

    [Fact]
    public void The_page_of_errors_tells_of_no_code_that_is_gone()
    {
        string[] known = [.. Codes().Concat(Faults()).Select(row => row.Data)];
        var told = Heading().Matches(Repository.Text(page)).Select(match => match.Groups["name"].Value);
        Assert.Equal(known.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_codes_are_found_in_the_sources()
    {
        Assert.True(Codes().Count >= 8);
        Assert.True(Faults().Count >= 10);
    }

    [GeneratedRegex(@"const string \w+ = ""(?<code>COL\d{4})"";")]
    private static partial Regex Code();

    [GeneratedRegex(@"^    (?<name>[A-Z]\w+),", RegexOptions.Multiline)]
    private static partial Regex Fault();

    [GeneratedRegex(@"^### (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
