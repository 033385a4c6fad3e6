using System.Text.Json;
using Tokenizers.DotNet;

namespace Colossus.Data.Tests.Tokenizers;

/// <summary>
/// The tokenizers of Hugging Face, an implementation in Rust that shares nothing with ours but the ranks. It wants a tokenizer.json, which is made here: the merges are
/// those by which each token comes about from tokens of lesser rank.
/// </summary>
internal sealed class ReferenceTokenizer(string folder, string pattern, IReadOnlyList<(byte[] Bytes, int Id)> ranks) : IDisposable
{
    private readonly Tokenizer tokenizer = new(Write(folder, pattern, ranks));

    public int[] Encode(string text) => [.. tokenizer.Encode(text).Select(id => (int)id)];

    public void Dispose() => tokenizer.Dispose();

    private static string Write(string folder, string pattern, IReadOnlyList<(byte[] Bytes, int Id)> ranks)
    {
        var letters = Letters();
        string Shown(ReadOnlySpan<byte> bytes)
        {
            var text = new char[bytes.Length];
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = letters[bytes[i]];
            }

            return new string(text);
        }

        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (bytes, id) in ranks)
        {
            known.Add(Shown(bytes), id);
        }

        var merges = new List<string[]>();
        foreach (var (bytes, id) in ranks)
        {
            if (bytes.Length > 1 && Halves(Shown(bytes), id, known) is { } halves)
            {
                merges.Add(halves);
            }
        }

        var path = Path.Combine(folder, "tokenizer.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["version"] = "1.0",
            ["added_tokens"] = Array.Empty<object>(),
            ["pre_tokenizer"] = new
            {
                type = "Sequence",
                pretokenizers = new object[]
                {
                    new { type = "Split", pattern = new { Regex = pattern }, behavior = "Isolated", invert = false },
                    new { type = "ByteLevel", add_prefix_space = false, trim_offsets = false, use_regex = false },
                },
            },
            ["model"] = new { type = "BPE", ignore_merges = true, vocab = known, merges },
        }));
        return path;
    }

    // Merges a token by the ranks below its own; of one that can be made at all two parts are left.
    private static string[]? Halves(string token, int id, Dictionary<string, int> known)
    {
        var parts = token.Select(letter => letter.ToString()).ToList();
        while (parts.Count > 2)
        {
            var best = (Rank: id, At: -1);
            for (var i = 0; i + 1 < parts.Count; i++)
            {
                best = known.TryGetValue(parts[i] + parts[i + 1], out var rank) && rank < best.Rank ? (rank, i) : best;
            }

            if (best.At < 0)
            {
                return null;
            }

            parts[best.At] += parts[best.At + 1];
            parts.RemoveAt(best.At + 1);
        }

        return [parts[0], parts[1]];
    }

    // How GPT-2 writes bytes: printable ones of Latin-1 as they are, the others from U+0100 on.
    private static char[] Letters()
    {
        var letters = new char[256];
        var next = (char)256;
        for (var value = 0; value < 256; value++)
        {
            letters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : next++;
        }

        return letters;
    }
}
