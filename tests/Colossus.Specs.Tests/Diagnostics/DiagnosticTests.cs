using Colossus.Specs.Diagnostics;

namespace Colossus.Specs.Tests.Diagnostics;

public sealed class DiagnosticTests
{
    [Fact]
    public void A_mistake_is_shown_with_its_line_and_a_mark_under_it()
    {
        var place = new SourcePlace("job.yaml", 12, 7, 3, "\tab: xyz, more");
        var mistake = new Diagnostic(place, Severity.Error, "COL1003", "ab is wrong", "use 1, 2 or 4");
        Assert.Equal("job.yaml:12:7: error COL1003: ab is wrong; use 1, 2 or 4\n    \tab: xyz, more\n    \t     ^^^", mistake.ToString());
    }

    [Fact]
    public void A_mistake_of_the_command_line_has_no_line()
    {
        var mistake = new Diagnostic(new SourcePlace("--set a=1", 0, 0, 1, ""), Severity.Warning, "COL1002", "a is not a key");
        Assert.Equal("--set a=1: warning COL1002: a is not a key", mistake.ToString());
    }

    [Fact]
    public void A_long_line_is_cut_around_the_place()
    {
        var line = new string('a', 500) + "BAD" + new string('b', 500);
        var shown = new Diagnostic(new SourcePlace("f", 1, 501, 3, line), Severity.Error, "COL1001", "m").ToString().Split('\n');
        Assert.InRange(shown[1].Length, 3, 130);
        Assert.Equal("BAD", shown[1].Substring(shown[2].IndexOf('^', StringComparison.Ordinal), shown[2].Count(letter => letter == '^')));
    }

    [Theory]
    [InlineData(5, 3)]
    [InlineData(1, 100)]
    [InlineData(0, 1)]
    public void A_place_outside_its_line_is_still_shown(int column, int length) =>
        Assert.EndsWith("^", new Diagnostic(new SourcePlace("f", 1, column, length, "abc"), Severity.Error, "COL1001", "m").ToString());

    [Fact]
    public void Mistakes_come_in_the_order_of_the_file_and_once()
    {
        var bag = new DiagnosticBag();
        bag.Error(new SourcePlace("f", 3, 1, 1, ""), "COL1002", "later");
        bag.Error(new SourcePlace("f", 1, 9, 1, ""), "COL1002", "first");
        bag.Error(new SourcePlace("f", 3, 1, 1, ""), "COL1002", "later");
        Assert.Equal(["first", "later"], bag.All.Select(mistake => mistake.Message));
    }

    [Fact]
    public void A_bag_is_bounded()
    {
        var bag = new DiagnosticBag();
        for (int line = 1; line <= 2 * DiagnosticBag.Most; line++)
        {
            bag.Error(new SourcePlace("f", line, 1, 1, ""), "COL1002", "m");
        }

        Assert.Equal(DiagnosticBag.Most, bag.All.Count);
    }

    [Theory]
    [InlineData("hiden", "hidden")]
    [InlineData("haeds", "heads")]
    [InlineData("KVHEADS", "kvHeads")]
    [InlineData("banana", null)]
    [InlineData("", null)]
    public void The_nearest_word_is_suggested_unless_none_is_near(string word, string? nearest) =>
        Assert.Equal(nearest, Suggestions.Nearest(word, ["layers", "hidden", "heads", "kvHeads"]));

    [Fact]
    public void Words_are_listed_as_in_a_sentence()
    {
        Assert.Equal("1", Suggestions.List(["1"]));
        Assert.Equal("1 or 2", Suggestions.List(["1", "2"]));
        Assert.Equal("1, 2 or 4", Suggestions.List(["1", "2", "4"]));
    }
}
