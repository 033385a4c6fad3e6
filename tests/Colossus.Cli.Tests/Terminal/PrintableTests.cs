using Colossus.Cli.Terminal;
using Colossus.Testing;
using CsCheck;
using Spectre.Console;

namespace Colossus.Cli.Tests.Terminal;

public sealed class PrintableTests
{
    private static readonly Gen<string> text = Gen.Frequency(
            (3, Gen.Char['\0', '\u00ff'].Select(letter => $"{letter}")),
            (1, Gen.Char['\u2000', '\u2070'].Select(letter => $"{letter}")),
            (1, Gen.Char.Select(letter => $"{letter}")),
            (1, Gen.Const("🙂")))
        .Array[0, 40].Select(string.Concat);

    [Theory]
    [InlineData("a tab\tand a line\n stay, and so do ü, 日本, 🙂 and אב", "a tab\tand a line\n stay, and so do ü, 日本, 🙂 and אב")]
    [InlineData("\0\a\b\r\e[31m\u000e\u007f", "␀␇␈␍␛[31m␎␡")]
    [InlineData("\u0085\u009b31m", "\\u0085\\u009b31m")]
    [InlineData("\u202egnp.exe\u2066\u2028", "\\u202egnp.exe\\u2066\\u2028")]
    public void What_a_terminal_obeys_is_shown_as_a_symbol(string written, string shown) => Assert.Equal(shown, Printable.Unicode.Of(written));

    // Attributes hold no half of a pair.
    [Fact]
    public void Half_of_a_surrogate_pair_is_shown_as_a_replacement() => Assert.Equal("half \ufffd of a pair", Printable.Unicode.Of("half \ud83d of a pair"));

    [Theory]
    [InlineData("\e[31m ü 🙂\n", "\\u001b[31m \\u00fc \\U0001f642\n")]
    [InlineData("━━── ▁█ · …", "==-- _# - .")]
    public void A_terminal_that_is_not_utf8_is_given_ascii_alone(string written, string shown) => Assert.Equal(shown, Printable.Ascii.Of(written));

    [Theory]
    [InlineData(true)]
    [InlineData(true, "LANG", "de_DE.UTF-8")]
    [InlineData(true, "LANG", "C.utf8")]
    [InlineData(false, "LANG", "C")]
    [InlineData(false, "LANG", "en_US.ISO-8859-1")]
    [InlineData(false, "LANG", "C.UTF-8", "LC_ALL", "POSIX")]
    [InlineData(true, "LC_CTYPE", "C.UTF-8", "LANG", "C")]
    public void The_locale_tells_what_a_terminal_can_show(bool unicode, params string[] variables)
    {
        var set = variables.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal(unicode, Printable.OfLocale(set.GetValueOrDefault).IsUnicode);
    }

    [Fact]
    public void No_text_whatever_leaves_anything_that_a_terminal_obeys() => text.Sample(
        written =>
        {
            Assert.DoesNotContain(Printable.Unicode.Of(written), letter => (char.IsControl(letter) && letter is not '\n' and not '\t') || letter is >= '\u202a' and <= '\u202e');
            Assert.DoesNotContain(Printable.Ascii.Of(written), letter => letter is > '~' or (< ' ' and not '\n' and not '\t'));
        },
        iter: Effort.Times(2_000, 1_000_000));

    [Fact]
    public void Text_that_is_written_in_pieces_is_shown_as_in_one() => Gen.Select(text, Gen.Int[0, 80]).Sample(
        (written, cut) =>
        {
            using var whole = new StringWriter();
            using var writer = new PrintableWriter(whole, Printable.Unicode);
            var at = Math.Min(cut, written.Length);
            writer.Write(written.AsSpan(0, at));
            writer.Write(written.AsSpan(at));
            writer.Write('.');
            Assert.Equal(Printable.Unicode.Of(written + "."), whole.ToString());
        },
        iter: Effort.Times(2_000, 1_000_000));

    [Fact]
    public void A_table_shows_symbols_and_keeps_its_own_colours()
    {
        using var writer = new StringWriter();
        var console = CliHost.ConsoleOn(writer, terminal: true, name => name switch { "TERM" => "xterm-256color", "COLUMNS" => "60", _ => null });
        console.Write(new Table().AddColumn("name").AddRow(new Text("a\e]0;title\a", new Style(Color.Red))));
        Assert.Contains("a␛]0;title␇", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("\e[", writer.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM", "dumb")]
    [InlineData("TERM", null)]
    [InlineData("NO_COLOR", "1")]
    public void A_terminal_without_colours_is_given_no_codes_at_all(string variable, string? value)
    {
        using var writer = new StringWriter();
        var console = CliHost.ConsoleOn(writer, terminal: true, name => name == variable ? value : name == "TERM" ? "xterm" : null);
        console.Write(new Text("red", new Style(Color.Red)));
        Assert.Equal("red", writer.ToString());
        Assert.False(console.Profile.Capabilities.Ansi);
    }

    [Fact]
    public void Lines_fit_a_terminal_of_twenty_columns()
    {
        using var writer = new StringWriter();
        var console = CliHost.ConsoleOn(writer, terminal: true, name => name == "COLUMNS" ? "20" : null);
        console.WriteLine("a line that is much longer than twenty columns");
        Assert.All(writer.ToString().Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 20));
    }
}
