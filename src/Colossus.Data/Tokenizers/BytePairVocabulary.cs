using System.Diagnostics.CodeAnalysis;

namespace Colossus.Data.Tokenizers;

/// <summary>The ids of tokens by their bytes.</summary>
internal sealed class BytePairVocabulary
{
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> ids;
    private readonly int longest;

    public BytePairVocabulary(IReadOnlyList<(byte[] Bytes, int Id)> tokens)
    {
        var all = new Dictionary<byte[], int>(tokens.Count, new ByBytes());
        foreach (var (bytes, id) in tokens)
        {
            all.Add(bytes, id);
            longest = Math.Max(longest, bytes.Length);
        }

        ids = all.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public bool TryGetId(ReadOnlySpan<byte> bytes, out int id)
    {
        id = 0;
        return bytes.Length <= longest && ids.TryGetValue(bytes, out id);
    }

    private sealed class ByBytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());
    }
}
