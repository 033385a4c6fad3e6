using System.IO.Compression;
using System.Reflection;
using System.Text;

namespace Colossus.Data.Tokenizers;

/// <summary>Reads the vocabularies that come in the Microsoft.ML.Tokenizers.Data packages: a line of base64 for each id from 0 on, compressed.</summary>
internal static class TiktokenVocabulary
{
    public static List<(byte[] Bytes, int Id)> Load(string assembly, string resource)
    {
        Stream? stored;
        try
        {
            stored = Assembly.Load(assembly).GetManifestResourceStream(resource);
        }
        catch (FileNotFoundException error)
        {
            throw Missing(assembly, error);
        }

        using var stream = stored ?? throw Missing(assembly, null);
        using var reader = new StreamReader(new DeflateStream(stream, CompressionMode.Decompress), Encoding.ASCII);
        var ranks = new List<(byte[], int)>();
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith("Capacity:", StringComparison.Ordinal) && line.Length > 0)
            {
                ranks.Add((Convert.FromBase64String(line), ranks.Count));
            }
        }

        return ranks;
    }

    private static CorpusException Missing(string assembly, Exception? inner) => new(
        new CorpusProblem($"the vocabulary {assembly} is not installed", "restore that package, or set data.tokenizer to bytes"), inner);
}
