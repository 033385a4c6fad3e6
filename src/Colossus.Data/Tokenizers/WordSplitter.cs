using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Colossus.Data.Tokenizers;

/// <summary>
/// Cuts text into words by a published pattern. The patterns speak of characters, .NET's expressions see UTF-16 units: beyond U+FFFF a letter would be two
/// units that are no letter. So each such character is replaced by one of the basic plane of the same category before the pattern looks at it.
/// </summary>
/// <param name="words">The pattern; it matches at every place of any text.</param>
internal sealed class WordSplitter(Regex words)
{
    // One for each category that a pattern can ask for, and none that a pattern names: not the letters of 's, 't, 're, 've, 'm, 'll, 'd, nor white space, of
    // which there is none beyond U+FFFF.
    private static readonly Dictionary<UnicodeCategory, char> standIns = new()
    {
        [UnicodeCategory.UppercaseLetter] = '\u0100',
        [UnicodeCategory.LowercaseLetter] = '\u0101',
        [UnicodeCategory.TitlecaseLetter] = '\u01C5',
        [UnicodeCategory.ModifierLetter] = '\u02B0',
        [UnicodeCategory.OtherLetter] = '\u05D0',
        [UnicodeCategory.NonSpacingMark] = '\u0300',
        [UnicodeCategory.SpacingCombiningMark] = '\u0903',
        [UnicodeCategory.EnclosingMark] = '\u0488',
        [UnicodeCategory.DecimalDigitNumber] = '\u0660',
        [UnicodeCategory.LetterNumber] = '\u2160',
        [UnicodeCategory.OtherNumber] = '\u00B2',
    };

    private const char Other = '\u00A4';

    /// <summary>Lengths of the words of a text in UTF-16 units, in order; they add up to its length.</summary>
    /// <param name="text">Without half surrogate pairs.</param>
    public List<int> Lengths(string text)
    {
        var lengths = new List<int>();
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            foreach (var word in words.EnumerateMatches(text))
            {
                lengths.Add(word.Length);
            }

            return lengths;
        }

        var plain = ArrayPool<char>.Shared.Rent(text.Length);
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            plain[count++] = rune.IsBmp ? (char)rune.Value : standIns.GetValueOrDefault(Rune.GetUnicodeCategory(rune), Other);
        }

        var at = 0;
        foreach (var word in words.EnumerateMatches(plain.AsSpan(0, count)))
        {
            var start = at;
            for (var i = 0; i < word.Length; i++)
            {
                at += char.IsHighSurrogate(text[at]) ? 2 : 1;
            }

            lengths.Add(at - start);
        }

        ArrayPool<char>.Shared.Return(plain);
        return lengths;
    }
}
