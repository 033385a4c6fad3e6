using System.Text;
using Colossus.Data.Tokenizers;
using CsCheck;

namespace Colossus.Data.Tests.Tokenizers;

public sealed class TokenizerTests
{
    private static readonly Dictionary<string, ITextTokenizer> tokenizers =
        new[] { "bytes", "cl100k", "o200k" }.ToDictionary(name => name, name => TextTokenizers.Create(name));

    // Letters, marks, white space, control characters, and all planes; no lone surrogates.
    private static readonly Gen<string> texts = Gen.OneOf(
            Gen.Int[0, 0x10FFFF].Where(value => value is < 0xD800 or > 0xDFFF).Select(value => new Rune(value)),
            Gen.Int[0, 0x2FF].Select(value => new Rune(value)),
            Gen.OneOf(" \n\r\t'sSeE01\u0301\u3042\u00A0".EnumerateRunes().ToArray()))
        .List[0, 80]
        .Select(runes => string.Concat(runes.Select(rune => rune.ToString())));

    [Theory]
    [InlineData("bytes")]
    [InlineData("cl100k")]
    [InlineData("o200k")]
    public void Any_text_comes_back_whole_and_in_pieces(string name)
    {
        var tokenizer = tokenizers[name];
        texts.Sample(text => RoundTrip(tokenizer, text), iter: 3000);
    }

    [Theory]
    [InlineData("cl100k", new[] { 9906, 1917 })]
    [InlineData("o200k", new[] { 13225, 2375 })]
    [InlineData("bytes", new[] { 72, 101, 108, 108, 111, 32, 119, 111, 114, 108, 100 })]
    public void Hello_world_has_its_known_ids(string name, int[] ids) => Assert.Equal(ids, tokenizers[name].Encode("Hello world"));

    [Theory]
    [InlineData("cl100k")]
    [InlineData("o200k")]
    public void A_document_cannot_smuggle_in_the_end_of_text(string name)
    {
        var tokens = tokenizers[name].Encode("before<|endoftext|>after");
        Assert.DoesNotContain(tokenizers[name].EndOfText, tokens);
        Assert.Equal("before<|endoftext|>after", tokenizers[name].Decode(tokens));
    }

    [Theory]
    [InlineData("bytes")]
    [InlineData("cl100k")]
    [InlineData("o200k")]
    public void Every_id_of_the_vocabulary_can_be_decoded_and_no_other(string name)
    {
        var tokenizer = tokenizers[name];
        for (var id = 0; id < tokenizer.VocabularySize; id++)
        {
            _ = tokenizer.BytesOf(id);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([tokenizer.VocabularySize]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([-1]));
    }

    [Theory]
    [InlineData("bytes")]
    [InlineData("cl100k")]
    [InlineData("o200k")]
    public void Half_a_surrogate_pair_becomes_the_replacement_character(string name) =>
        Assert.Equal("a\uFFFDb", tokenizers[name].Decode(tokenizers[name].Encode("a\ud83db")));

    [Fact]
    public void Streaming_gives_out_whole_characters_only()
    {
        var decoder = new StreamingDecoder(tokenizers["bytes"]);
        Assert.Equal(["", "", "", "😀"], Encoding.UTF8.GetBytes("😀").Select(value => decoder.Append(value)));
        Assert.Equal("", decoder.Append(0xC3));
        Assert.Equal("\uFFFD", decoder.Finish());
    }

    [Fact]
    public void A_name_that_is_no_tokenizer_lists_those_there_are()
    {
        var problem = Assert.Single(Assert.Throws<CorpusException>(() => TextTokenizers.Create("gpt3")).Problems);
        Assert.Contains("bytes, cl100k, o200k, gpt2", problem.NextStep, StringComparison.Ordinal);
    }

    internal static void RoundTrip(ITextTokenizer tokenizer, string text)
    {
        var tokens = tokenizer.Encode(text);
        Assert.All(tokens, token => Assert.InRange(token, 0, tokenizer.VocabularySize - 1));
        Assert.Equal(text, tokenizer.Decode(tokens));
        var bytes = 0;
        foreach (var token in tokens)
        {
            bytes += tokenizer.BytesOf(token).Length;
        }

        Assert.Equal(Encoding.UTF8.GetByteCount(text), bytes);
        var decoder = new StreamingDecoder(tokenizer);
        Assert.Equal(text, string.Concat(tokens.Select(decoder.Append)) + decoder.Finish());
    }
}
