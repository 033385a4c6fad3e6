using System.Security.Cryptography;
using System.Text;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Shards;

/// <summary>The key of a corpus in the cache: the first 16 bytes of a SHA-256 over all that decides what is in the shards.</summary>
internal static class CorpusFingerprint
{
    public static string Of(DataSpec data, SourceInventory sources, string tokenizerIdentity)
    {
        var text = new StringBuilder()
            .Append("format ").Append(CorpusManifest.CurrentFormat).Append('\n')
            .Append("tokenizer ").Append(tokenizerIdentity).Append('\n')
            .Append("field ").Append(data.Field).Append('\n')
            .Append("onBadLine ").Append(data.OnBadLine).Append('\n')
            .Append("holdout ").Append(data.Holdout).Append('\n');
        foreach (var (file, record) in sources.Files.Zip(sources.Records))
        {
            // Names are in the documents' provenance. Paths are not: a folder that was moved finds its shards again.
            text.Append(file.Kind).Append('\0').Append(file.Name).Append('\0').Append(record.Sha256).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
    }
}
