using Colossus.Specs.Units;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Tests.Yaml;

public sealed class YamlSectionTests
{
    private enum Colour
    {
        Red,
        DarkBlue,
    }

    [Fact]
    public void Values_of_each_type_are_read()
    {
        var top = Top("int: -7\nbig: 1_000_000\nlong: 9000000000\nreal: 1e-3\nflag: true\ncolour: dark-blue\ntext: a b\nquoted: '12'\none: x\nmany: [x, 'y z']\ntime: 1.5h\nsize: 80 GiB\n", out var source);
        Assert.Equal(-7, top.Whole("int", 0, least: -10));
        Assert.Equal(1_000_000, top.Whole("big", 0));
        Assert.Equal(9_000_000_000, top.Long("long", 0));
        Assert.Equal(0.001, top.Real("real", 0, 0, 1));
        Assert.True(top.Flag("flag", false));
        Assert.Equal(Colour.DarkBlue, top.Choice("colour", Colour.Red));
        Assert.Equal("a b", top.Text("text"));
        Assert.Equal("12", top.Text("quoted"));
        Assert.Equal(["x"], top.Texts("one"));
        Assert.Equal(["x", "y z"], top.Texts("many"));
        Assert.Equal(TimeSpan.FromMinutes(90), top.Duration("time", default, default, TimeSpan.FromDays(1)));
        Assert.Equal(Bytes.FromGibibytes(80), top.Size("size", default, default, Bytes.FromGibibytes(100)));
        top.End();
        Assert.Empty(source.Diagnostics.All);
    }

    [Fact]
    public void Values_that_are_not_there_have_their_defaults()
    {
        var top = Top("other: 1", out _);
        Assert.Equal(3, top.Whole("a", 3));
        Assert.Equal(TimeSpan.FromSeconds(1), top.Duration("b", TimeSpan.FromSeconds(1), default, TimeSpan.MaxValue));
        Assert.Null(top.Text("c"));
        Assert.Null(top.Texts("d"));
        Assert.Empty(top.Sections("e"));
        Assert.False(top.Section("f").Exists);
        Assert.Equal(Colour.DarkBlue, top.Choice("g", Colour.DarkBlue));
    }

    [Theory]
    [InlineData("a: x", "1:4: error COL1003: a is 'x', not a whole number; use 1 to 9")]
    [InlineData("a: 1.5", "1:4: error COL1003: a is '1.5', not a whole number; use 1 to 9")]
    [InlineData("a: '5'", "1:4: error COL1003: a is '5' in quotes, not a whole number; remove the quotes")]
    [InlineData("a: [5]", "1:4: error COL1003: a is a list, not a whole number; use 1 to 9")]
    [InlineData("a: { b: 5 }", "1:4: error COL1003: a is a section, not a whole number; use 1 to 9")]
    [InlineData("a:", "1:3: error COL1003: a is empty, not a whole number; use 1 to 9")]
    [InlineData("a: 10", "1:4: error COL1004: a is 10; use 1 to 9")]
    [InlineData("a: 99999999999999999999999999999999999999999999999", "1:4: error COL1003: a is '999999999999999999999999999999999999999…', not a whole number; use 1 to 9")]
    public void A_wrong_number_is_reported_with_what_would_be_right(string text, string expected)
    {
        Assert.Equal(1, Top(text, out var source).Whole("a", 1, 1, 9));
        Assert.Equal("f.yaml:" + expected, Assert.Single(source.Diagnostics.All).Headline);
    }

    [Theory]
    [InlineData("a: .inf")]
    [InlineData("a: NaN")]
    [InlineData("a: Infinity")]
    [InlineData("a: 1e999")]
    [InlineData("a: 0x10")]
    public void A_number_is_finite_and_decimal(string text)
    {
        Assert.Equal(0.5, Top(text, out var source).Real("a", 0.5, 0, 1e300));
        Assert.Equal("COL1003", Assert.Single(source.Diagnostics.All).Code);
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("True")]
    [InlineData("1")]
    public void Only_true_and_false_are_flags(string text)
    {
        Top($"a: {text}", out var source).Flag("a", true);
        Assert.Equal($"f.yaml:1:4: error COL1004: a is '{text}'; {(text == "True" ? "did you mean true? allowed are true, false" : "use true or false")}", Assert.Single(source.Diagnostics.All).Headline);
    }

    [Fact]
    public void A_text_is_one_value()
    {
        var top = Top("a: [x]\nb: { c: d }\nc: [x, [y]]\nd: [{ e: 1 }, x]", out var source);
        Assert.Null(top.Text("a"));
        Assert.Null(top.Texts("b"));
        Assert.Null(top.Texts("c"));
        Assert.Empty(top.Sections("d"));
        Assert.Equal(["1:4", "2:4", "3:8", "4:15"], source.Diagnostics.All.Select(mistake => $"{mistake.Place.Line}:{mistake.Place.Column}"));
    }

    [Fact]
    public void Sections_of_a_list_have_places()
    {
        var top = Top("rules:\n  - { a: 1 }\n  - { a: x }", out var source);
        Assert.Equal([1, 0], top.Sections("rules").Select(rule => rule.Whole("a", 0)));
        Assert.Equal("f.yaml:3:10: error COL1003: rules[1].a is 'x', not a whole number; use 1 to 2147483647", Assert.Single(source.Diagnostics.All).Headline);
    }

    [Fact]
    public void Paths_lead_to_values_to_presets_and_to_sections()
    {
        Top("model:\n  preset: a\n  heads: 4\ntrain: { steps: 5 }", out var source);
        var places = new YamlPlaces(source);
        Assert.Equal((3, 10), Place(places, "model.heads"));
        Assert.Equal((2, 11), Place(places, "model.experts.count"));
        Assert.Equal((4, 1), Place(places, "train.optimizer.warmup"));
        Assert.Equal((1, 1), Place(places, "parallel.data"));
        Assert.True(places.Has("train.steps"));
        Assert.False(places.Has("train.stepsize"));
        Assert.Equal("train.steps", places.FirstGiven("train.a", "train.steps"));
    }

    private static (int Line, int Column) Place(YamlPlaces places, string path) => (places.Of(path).Line, places.Of(path).Column);

    private static YamlSection Top(string text, out YamlSource source)
    {
        source = YamlSource.Parse(text, "f.yaml", []);
        return source.Top;
    }
}
