using System.Text.RegularExpressions;

namespace Colossus.House.Tests;

/// <summary>Documents lead where they say.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Documents() => [.. Repository.Files("", "*.md")];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_of_a_document_resolve(string document)
    {
        var text = Fence().Replace(Repository.Text(document), "");
        var broken = new List<string>();
        foreach (var target in Link().Matches(text).Select(match => match.Groups["target"].Value))
        {
            if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal))
            {
                continue;
            }

            var parts = target.Split('#', 2);
            var file = parts[0].Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, Uri.UnescapeDataString(parts[0]));
            var full = Path.GetFullPath(file, Repository.Root);
            if (!File.Exists(full) && !Directory.Exists(full))
            {
                broken.Add($"{target}: there is no {Path.GetRelativePath(Repository.Root, full)}");
            }
            else if (parts.Length == 2 && full.EndsWith(".md", StringComparison.Ordinal) && !Anchors(File.ReadAllText(full)).Contains(parts[1]))
            {
                broken.Add($"{target}: no such heading");
            }
        }

        Assert.Empty(broken);
    }

    [Fact]
    public void The_documents_that_a_newcomer_looks_for_are_there()
    {
        Assert.All((string[])["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"], file => Assert.True(File.Exists(Path.Combine(Repository.Root, file)), file));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void No_document_has_a_blank_that_waits_for_a_measurement(string document) =>
        Assert.DoesNotContain("FILL", Repository.Text(document), StringComparison.Ordinal);

    private static HashSet<string> Anchors(string text) =>
        [.. Heading().Matches(Fence().Replace(text, "")).Select(match => NotInAnchor().Replace(match.Groups["title"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex(@"(?<!!)\[[^\]]*\]\((?<target>[^)\s]+)\)|!\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^#{1,6} (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
