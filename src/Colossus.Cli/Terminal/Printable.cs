using System.Text;

namespace Colossus.Cli.Terminal;

/// <summary>
/// Text as a person may be shown it. What a young model writes, and names of files and jobs, may hold characters that a terminal obeys: they switch its letters
/// to line drawing, colour it, move the cursor, turn the order of letters. Each is shown as a symbol instead; only tabs and line ends stay what they are.
/// </summary>
/// <param name="unicode">Whether every character can be shown; otherwise ASCII alone, and all else as <c>\u</c> and its number.</param>
internal sealed class Printable(bool unicode)
{
    private const int Pictures = 0x2400;
    private const int Delete = 0x7f;
    private const int PictureOfDelete = 0x2421;
    private const string Drawn = "━─▁▂▃▄▅▆▇█·…";
    private const string DrawnInAscii = "=-_.,:;+*#-.";

    /// <summary>For a terminal that knows all characters, and for pipes and files, which are UTF-8.</summary>
    public static Printable Unicode { get; } = new(true);

    /// <summary>For a terminal of a locale that is not UTF-8.</summary>
    public static Printable Ascii { get; } = new(false);

    /// <summary>What the locale's variables ask for; where none is set, as in most containers, UTF-8, which terminals are by now.</summary>
    /// <param name="variable">Value of an environment variable; null when it is not set or empty.</param>
    public static Printable OfLocale(Func<string, string?> variable)
    {
        var locale = variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG");
        return locale is null || locale.Replace("-", "", StringComparison.Ordinal).Contains("utf8", StringComparison.OrdinalIgnoreCase) ? Unicode : Ascii;
    }

    /// <summary>Whether every character can be shown.</summary>
    public bool IsUnicode => unicode;

    /// <summary>The text with symbols in place of what a terminal would obey or cannot show; the same object where there is nothing of the kind.</summary>
    public string Of(string text) => IsClean(text) ? text : Of(text.AsSpan());

    /// <summary>The text with symbols in place of what a terminal would obey or cannot show. Halves of surrogate pairs become U+FFFD.</summary>
    public string Of(ReadOnlySpan<char> text)
    {
        var shown = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            Append(shown, rune);
        }

        return shown.ToString();
    }

    private bool IsClean(string text)
    {
        foreach (var letter in text)
        {
            // A surrogate may be half of a pair: the slow path looks.
            if (char.IsSurrogate(letter) || !IsShownAsItIs(letter))
            {
                return false;
            }
        }

        return true;
    }

    private void Append(StringBuilder shown, Rune rune)
    {
        if (IsShownAsItIs(rune.Value))
        {
            shown.Append(rune.ToString());
        }
        else if (unicode && rune.Value is < ' ' or Delete)
        {
            shown.Append((char)(rune.Value == Delete ? PictureOfDelete : Pictures + rune.Value));
        }
        else if (rune.IsBmp && Drawn.IndexOf((char)rune.Value, StringComparison.Ordinal) is var index and >= 0)
        {
            shown.Append(DrawnInAscii[index]);
        }
        else
        {
            shown.Append(rune.IsBmp ? $"\\u{rune.Value:x4}" : $"\\U{rune.Value:x8}");
        }
    }

    private bool IsShownAsItIs(int character) => character switch
    {
        '\n' or '\t' => true,
        < ' ' or Delete => false,
        < Delete => true,
        _ when !unicode => false,
        <= 0x9f => false, // C1: some terminals obey U+009B as they obey ESC [
        0x2028 or 0x2029 => false, // line and paragraph separators
        >= 0x202a and <= 0x202e => false, // embeddings and overrides of the direction of writing
        >= 0x2066 and <= 0x2069 => false, // isolates
        _ => true,
    };
}
