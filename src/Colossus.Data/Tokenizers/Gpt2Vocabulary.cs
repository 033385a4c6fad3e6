using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Colossus.Data.Sources;

namespace Colossus.Data.Tokenizers;

/// <summary>
/// Reads GPT-2's <c>vocab.json</c> and <c>merges.txt</c>. In it ids follow the order of the merges, so it can be used as ranks; that this holds is checked
/// merge by merge, and a vocabulary of another making is refused rather than encoded wrongly.
/// </summary>
internal static class Gpt2Vocabulary
{
    private const string EndOfText = "<|endoftext|>";
    private const string Vocabulary = "vocab.json";
    private const string Merges = "merges.txt";

    public static BytePairTokenizer Load(string folder)
    {
        var ids = ReadVocabulary(Path.Combine(folder, Vocabulary));
        var path = Path.Combine(folder, Merges);
        var known = new HashSet<string>(StringComparer.Ordinal);
        var ranks = new List<(byte[], int)>();
        foreach (var character in Alphabet.Keys)
        {
            var letter = character.ToString();
            ranks.Add((Bytes(letter), IdOf(ids, letter, path, 0)));
            known.Add(letter);
        }

        var line = 0;
        var last = ranks.Max(rank => rank.Item2);
        foreach (var merge in Encoding.UTF8.GetString(ReadBytes(path)).ReplaceLineEndings("\n").Split('\n'))
        {
            line++;
            if (merge.Length == 0 || (line == 1 && merge.StartsWith("#version", StringComparison.Ordinal)))
            {
                continue;
            }

            var parts = merge.Split(' ');
            if (parts.Length != 2 || !known.Contains(parts[0]) || !known.Contains(parts[1]))
            {
                throw Bad("a merge is two tokens known so far, with a space between", path, line);
            }

            var token = parts[0] + parts[1];
            var id = IdOf(ids, token, path, line);
            if (id <= last)
            {
                throw Bad($"the id {id} of this merge does not follow {last}, so this is no vocabulary of GPT-2's kind", path, line);
            }

            last = id;
            known.Add(token);
            ranks.Add((Bytes(token), id));
        }

        var size = ids.Values.Max() + 1;
        return ids.TryGetValue(EndOfText, out var end)
            ? new BytePairTokenizer("gpt2", ranks, TokenizerPatterns.Gpt2(), end, size)
            : throw Bad($"there is no {EndOfText}", Path.Combine(folder, Vocabulary), null);
    }

    /// <summary>Hash of both files.</summary>
    public static string Identity(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(ReadBytes(Path.Combine(folder, Vocabulary)));
        hash.AppendData(ReadBytes(Path.Combine(folder, Merges)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Copies both files.</summary>
    public static void Copy(string folder, string target)
    {
        File.Copy(Path.Combine(folder, Vocabulary), Path.Combine(target, Vocabulary));
        File.Copy(Path.Combine(folder, Merges), Path.Combine(target, Merges));
    }

    private static Dictionary<char, byte> Alphabet { get; } = MakeAlphabet();

    // GPT-2 writes each byte as a printable character: the printable ones of Latin-1 stand for themselves, the others for U+0100 and on.
    private static Dictionary<char, byte> MakeAlphabet()
    {
        var alphabet = new Dictionary<char, byte>();
        var next = (char)256;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            alphabet.Add(printable ? (char)value : next++, (byte)value);
        }

        return alphabet;
    }

    private static byte[] Bytes(string token) => [.. token.Select(character => Alphabet[character])];

    private static Dictionary<string, int> ReadVocabulary(string path)
    {
        try
        {
            var ids = JsonSerializer.Deserialize(ReadBytes(path), DataJson.Default.DictionaryStringInt32);
            return ids is { Count: > 0 } && ids.Values.Min() >= 0 ? ids : throw Bad("it holds no ids", path, null);
        }
        catch (JsonException error)
        {
            throw new CorpusException(
                new CorpusProblem($"not a JSON object of tokens and ids: {error.Message.Split(" Path:")[0].TrimEnd('.')}", "fetch the file again", path), error);
        }
    }

    private static byte[] ReadBytes(string path)
    {
        if (FileTypes.Special(path) is { } special)
        {
            throw new CorpusException(new CorpusProblem($"this is {special}, not a file", "gpt2 needs a folder with vocab.json and merges.txt", path));
        }

        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CorpusException(
                new CorpusProblem($"the file cannot be read: {error.Message}", "gpt2 needs a folder with vocab.json and merges.txt", path), error);
        }
    }

    private static int IdOf(Dictionary<string, int> ids, string token, string merges, int line) => ids.TryGetValue(token, out var id)
        ? id
        : throw Bad($"vocab.json has no id for {token}", merges, line == 0 ? null : line);

    private static CorpusException Bad(string what, string path, int? line) =>
        new(new CorpusProblem(what, "use the vocab.json and merges.txt of GPT-2 as published", path, line));
}
