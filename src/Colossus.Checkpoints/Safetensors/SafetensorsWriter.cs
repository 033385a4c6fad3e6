using System.Buffers;
using System.Security.Cryptography;
using Colossus.Checkpoints.Files;

namespace Colossus.Checkpoints.Safetensors;

/// <summary>
/// Writes a safetensors file: one pass over the parts, in large writes, with the checksum computed on the way, flushed to the disk at the
/// end. Wide element types come first, so that every tensor lies aligned; parts of one width keep their order.
/// </summary>
public static class SafetensorsWriter
{
    /// <summary>Bytes handed to the system at once: large enough that calls cost nothing, small enough to stay in a processor's cache between checksum and write.</summary>
    private const int chunkBytes = 1 << 20;

    /// <summary>Writes a new file and flushes it to the disk.</summary>
    /// <param name="path">The file; it must not exist.</param>
    /// <param name="parts">The tensors.</param>
    /// <param name="metadata">Free text pairs for the header; null for none.</param>
    /// <param name="cancellation">Looked at between chunks; the file is then left unfinished.</param>
    /// <returns>Size and checksum.</returns>
    /// <exception cref="ArgumentException">A name is empty, reserved or used twice, or the bytes of a part are not as many as its shape says.</exception>
    /// <exception cref="CheckpointException">The file could not be written; what was written may still lie there.</exception>
    /// <exception cref="OperationCanceledException">Writing was cancelled.</exception>
    public static WrittenFile Write(
        string path, IReadOnlyList<SafetensorsPart> parts, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellation = default) =>
        Write(DiskFiles.Instance, path, parts, metadata, cancellation);

    /// <summary>As the public method, through a file system of the caller's.</summary>
    internal static WrittenFile Write(
        IFiles files, string path, IReadOnlyList<SafetensorsPart> parts, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellation)
    {
        Check(parts);
        SafetensorsPart[] ordered = [.. parts.OrderByDescending(part => part.Type.Width())];
        byte[] header = SafetensorsHeader.Build(ordered, metadata ?? new Dictionary<string, string>());
        long bytes = header.Length + parts.Sum(part => part.Bytes.Count);
        try
        {
            using IFileSink sink = files.Create(path, bytes);
            using var output = new Output(sink, cancellation);
            output.Append(header);
            foreach (SafetensorsPart part in ordered)
            {
                output.Append(part.Bytes);
            }

            return new WrittenFile(bytes, output.Finish());
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            throw CheckpointException.Writing(error, path, bytes);
        }
    }

    private static void Check(IReadOnlyList<SafetensorsPart> parts)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (SafetensorsPart part in parts)
        {
            if (part.Name.Length == 0 || part.Name == SafetensorsHeader.MetadataName || !names.Add(part.Name))
            {
                throw new ArgumentException($"The name \"{part.Name}\" is empty, reserved or used twice.", nameof(parts));
            }

            if (!TensorTypes.TryBytes(part.Type, part.Shape, out long expected) || expected != part.Bytes.Count)
            {
                throw new ArgumentException(
                    $"{part.Name} comes with {part.Bytes.Count} bytes; {part.Type.Spelling()} [{string.Join(", ", part.Shape)}] takes {expected}.", nameof(parts));
            }
        }
    }

    /// <summary>Gathers small pieces, passes large ones on as they lie, and keeps the checksum.</summary>
    private sealed class Output(IFileSink sink, CancellationToken cancellation) : IDisposable
    {
        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(chunkBytes);
        private int buffered;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                int count = Math.Min(bytes.Length, chunkBytes - buffered);
                if (buffered == 0 && count >= chunkBytes / 2)
                {
                    Emit(bytes[..count]);
                }
                else
                {
                    bytes[..count].CopyTo(buffer.AsSpan(buffered));
                    Advance(count);
                }

                bytes = bytes[count..];
            }
        }

        public void Append(TensorBytes source)
        {
            for (long offset = 0; offset < source.Count;)
            {
                int count = (int)Math.Min(source.Count - offset, source.IsFilled ? chunkBytes - buffered : chunkBytes);
                if (source.IsFilled)
                {
                    source.Fill(offset, buffer.AsSpan(buffered, count));
                    Advance(count);
                }
                else
                {
                    Append(source.Slice(offset, count));
                }

                offset += count;
            }
        }

        public string Finish()
        {
            EmitBuffer();
            sink.Flush();
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }

        public void Dispose()
        {
            hash.Dispose();
            ArrayPool<byte>.Shared.Return(buffer);
        }

        private void Advance(int count)
        {
            buffered += count;
            if (buffered == chunkBytes)
            {
                EmitBuffer();
            }
        }

        private void EmitBuffer()
        {
            Emit(buffer.AsSpan(0, buffered));
            buffered = 0;
        }

        private void Emit(ReadOnlySpan<byte> bytes)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(bytes);
            sink.Write(bytes);
        }
    }
}
