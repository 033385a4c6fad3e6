using System.Buffers.Binary;
using System.Security.Cryptography;
using Colossus.Data.Sources;

namespace Colossus.Data.Shards;

/// <summary>Writes the tokens of one split into shards of a bounded size.</summary>
internal sealed class SplitWriter(string folder, bool heldOut, int bytesPerToken, UInt128 fingerprint, long shardTokens) : IDisposable
{
    private readonly byte[] buffer = new byte[1 << 20];
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<ShardManifest> shards = [];
    private FileStream? stream;
    private int buffered;
    private long inShard;
    private Document? last;

    public string Name => heldOut ? "heldout" : "train";

    public long Tokens { get; private set; }

    public long Bytes { get; private set; }

    public long Documents { get; private set; }

    /// <summary>Name of the shard that the next token goes to.</summary>
    public string NextShard => FileName(inShard < shardTokens ? shards.Count : shards.Count + 1);

    /// <summary>
    /// Puts the separator behind the document before, unless this one is the next part of the same text: then the text just goes on.
    /// Only now is it known what comes next, hence the separator is written late.
    /// </summary>
    public void Begin(Document document, int endOfText)
    {
        if (Documents > 0 && !document.Follows(last))
        {
            Separate(endOfText);
        }

        last = document with { Text = "" };
        Documents++;
    }

    public void Write(ReadOnlySpan<byte> text)
    {
        Bytes += text.Length;
        foreach (var value in text)
        {
            WriteToken(value);
        }
    }

    public void Write(ReadOnlySpan<int> tokens, int bytes)
    {
        Bytes += bytes;
        foreach (var token in tokens)
        {
            WriteToken(token);
        }
    }

    /// <summary>Closes the last document and the files.</summary>
    public SplitManifest Finish(int endOfText)
    {
        if (Documents > 0)
        {
            Separate(endOfText);
        }

        CloseShard();
        return new SplitManifest(Tokens, Bytes, shards);
    }

    public void Dispose()
    {
        stream?.Dispose();
        hash.Dispose();
    }

    private void Separate(int endOfText)
    {
        WriteToken(endOfText);
        Bytes++;
    }

    private void WriteToken(int token)
    {
        if (inShard == shardTokens)
        {
            CloseShard();
        }

        if (buffered == buffer.Length)
        {
            Flush();
        }

        switch (bytesPerToken)
        {
            case 1:
                buffer[buffered] = (byte)token;
                break;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(buffered), (ushort)token);
                break;
            default:
                BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(buffered), token);
                break;
        }

        buffered += bytesPerToken;
        inShard++;
        Tokens++;
    }

    private void Flush()
    {
        if (stream is null)
        {
            stream = new FileStream(Path.Combine(folder, FileName(shards.Count)), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            stream.Write(new byte[ShardHeader.Length]);
        }

        stream.Write(buffer, 0, buffered);
        hash.AppendData(buffer, 0, buffered);
        buffered = 0;
    }

    private void CloseShard()
    {
        if (inShard == 0)
        {
            return;
        }

        Flush();
        Span<byte> header = stackalloc byte[ShardHeader.Length];
        new ShardHeader(bytesPerToken, inShard, Tokens - inShard, shards.Count, heldOut, fingerprint).Write(header);
        stream!.Position = 0;
        stream.Write(header);
        stream.Flush(flushToDisk: true);
        shards.Add(new ShardManifest(
            FileName(shards.Count), inShard, stream.Length, Convert.ToHexStringLower(hash.GetHashAndReset())));
        stream.Dispose();
        stream = null;
        inShard = 0;
    }

    private string FileName(int index) => $"{Name}-{index:D5}.tokens";
}
