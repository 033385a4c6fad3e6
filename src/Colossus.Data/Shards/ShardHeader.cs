using System.Buffers.Binary;

namespace Colossus.Data.Shards;

/// <summary>
/// The first 64 bytes of a shard, little endian: 0 magic <c>CLSSTOK1</c>; 8 header bytes (uint32); 12 bytes a token: 1, 2 or 4 (uint32); 16 tokens in
/// this file (uint64); 24 position of its first token in the split (uint64); 32 index of the shard (uint32); 36 split: 0 train, 1 held out (uint32);
/// 40 fingerprint of the corpus (16 bytes); 56 zero. The tokens follow as unsigned integers without gaps.
/// </summary>
internal readonly record struct ShardHeader(int BytesPerToken, long Tokens, long First, int Index, bool HeldOut, UInt128 Fingerprint)
{
    public const int Length = 64;

    private static ReadOnlySpan<byte> Magic => "CLSSTOK1"u8;

    public void Write(Span<byte> target)
    {
        target[..Length].Clear();
        Magic.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], (uint)BytesPerToken);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], Tokens);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], First);
        BinaryPrimitives.WriteInt32LittleEndian(target[32..], Index);
        BinaryPrimitives.WriteUInt32LittleEndian(target[36..], HeldOut ? 1u : 0u);
        BinaryPrimitives.WriteUInt128BigEndian(target[40..], Fingerprint);
    }

    /// <summary>Reads a header; null when it is none of ours.</summary>
    public static ShardHeader? Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < Length || !source.StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) != Length)
        {
            return null;
        }

        return new ShardHeader(
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[36..]) == 1,
            BinaryPrimitives.ReadUInt128BigEndian(source[40..]));
    }
}
