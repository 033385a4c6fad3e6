using System.Globalization;
using System.Text;
using Colossus.Data.Tokenizers;
using Colossus.Testing;
using CsCheck;

namespace Colossus.Data.Tests.Tokenizers;

/// <summary>Ids of any Unicode text against an independent implementation.</summary>
public sealed class ReferenceIdsTests
{
    // As published with tiktoken.
    private const string Cl100k = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Gpt2 = @"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string O200k =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?" +
        @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?" +
        @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    // Characters of the basic plane and beyond by what the patterns ask for. What Unicode 15 and later have added is left out: whether it is a letter yet
    // depends on the release of each implementation's tables.
    private static readonly Gen<Rune> runes = Gen.OneOf(
        Of(rune => Rune.IsLetter(rune) && rune.IsBmp),
        Of(rune => Rune.IsLetter(rune) && !rune.IsBmp),
        Of(rune => Rune.IsNumber(rune)),
        Of(rune => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark),
        Of(rune => Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter),
        Of(Rune.IsWhiteSpace),
        Of(rune => rune.Value is >= 0x1F300 and < 0x1FA00),
        Of(rune => rune.Value is (>= 0x20 and < 0x7F)),
        Gen.Int[0xE000, 0x10FFFF].Where(value => value is < 0xFB00 or >= 0xE0000).Select(value => new Rune(value)),
        Gen.OneOf(" \n\r\t'sStTrReEvVmMlLdD019\u017F\u2019/".EnumerateRunes().ToArray()));

    private static readonly Gen<string> texts = runes.List[0, 40].Select(list => string.Concat(list));

    [Theory]
    [InlineData("cl100k", "Microsoft.ML.Tokenizers.Data.Cl100kBase", "cl100k_base.tiktoken.deflate", Cl100k)]
    [InlineData("o200k", "Microsoft.ML.Tokenizers.Data.O200kBase", "o200k_base.tiktoken.deflate", O200k)]
    public void Ids_of_any_text_are_those_of_an_independent_implementation(string name, string assembly, string resource, string pattern)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the reference comes as a library for Linux");
        using var folder = new TempFolder();
        using var reference = new ReferenceTokenizer(folder.Root, pattern, TiktokenVocabulary.Load(assembly, resource));
        Compare(reference, TextTokenizers.Create(name));
    }

    [Fact]
    public void So_are_those_of_gpt2()
    {
        // Its vocabulary is not here. What matters is its pattern, so the tokens of cl100k do.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the reference comes as a library for Linux");
        using var folder = new TempFolder();
        var ranks = TiktokenVocabulary.Load("Microsoft.ML.Tokenizers.Data.Cl100kBase", "cl100k_base.tiktoken.deflate");
        using var reference = new ReferenceTokenizer(folder.Root, Gpt2, ranks);
        Compare(reference, new BytePairTokenizer("gpt2", ranks, TokenizerPatterns.Gpt2(), 100257, 100277));
    }

    [Fact]
    public void Digits_beyond_the_basic_plane_count_as_digits() =>
        Assert.Equal([57352, 253, 245, 717, 1958], TextTokenizers.Create("cl100k").Encode("𝟗1234"));

    [Theory]
    [InlineData("a")]
    [InlineData("=")]
    [InlineData(" ")]
    [InlineData("xy")]
    public void A_word_as_long_as_a_document_is_merged_in_steps_proportional_to_its_length(string letters)
    {
        var ranks = TiktokenVocabulary.Load("Microsoft.ML.Tokenizers.Data.Cl100kBase", "cl100k_base.tiktoken.deflate");
        var merging = new BytePairMerging(new BytePairVocabulary(ranks));
        var word = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(letters, (256 << 10) / letters.Length)));
        var tokens = new List<int>();
        merging.Merge(word, tokens);
        Assert.NotEmpty(tokens);

        // Each byte once, and twice for each merge, of which there are fewer than bytes.
        Assert.InRange(merging.Looked, word.Length, 3L * word.Length);
    }

    private static void Compare(ReferenceTokenizer reference, ITextTokenizer tokenizer)
    {
        foreach (var text in (string[])["Hello world, it's 12345 tests!", "it'\u017Fch, it'\u017Ft 'Sa 'll\u017F", "𝟗1234 𝐀𝐛𝐜 𞤀𞥐"])
        {
            Assert.Equal(reference.Encode(text), tokenizer.Encode(text));
        }

        texts.Sample(
            text => Assert.Equal(reference.Encode(text), tokenizer.Encode(text)), iter: Effort.Times(10_000, 200_000), threads: 1);
    }

    private static Gen<Rune> Of(Func<Rune, bool> which) => Gen.OneOf(
        Enumerable.Range(0, 0x20000).Where(value => Rune.IsValid(value)).Select(value => new Rune(value))
            .Where(rune => which(rune) && IsOld(rune)).ToArray());

    // Blocks and single characters that came with Unicode 15, 15.1, 16 and 17.
    private static bool IsOld(Rune rune) => rune.Value is not (
        0x0CF3 or 0x0ECE or 0x088F or (>= 0x0897 and <= 0x0897) or (>= 0x1C89 and <= 0x1C8A) or (>= 0x1ACF and <= 0x1AFF) or (>= 0xA7CB and <= 0xA7CF)
        or (>= 0xA7D2 and <= 0xA7F1) or (>= 0x10500 and <= 0x1FFFF and not (
            (>= 0x10900 and <= 0x10AFF) or (>= 0x12000 and <= 0x123FF) or (>= 0x1D400 and <= 0x1D7FF) or (>= 0x1E900 and <= 0x1E95F) or (>= 0x1F000 and <= 0x1FFFF)
            or (>= 0x11000 and <= 0x1107F) or (>= 0x16A00 and <= 0x16A6F))));
}
