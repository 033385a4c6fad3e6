using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Colossus.Checkpoints.Safetensors;

/// <summary>
/// Reads a safetensors file of any size. Every offset is checked when the file is opened, so that no header, however wrong, makes it read
/// outside the file. <see cref="Read"/> copies and survives a file that shrinks meanwhile; <see cref="Bytes"/> and
/// <see cref="Pointer"/> map the file and do not: cutting a mapped file ends the process.
/// </summary>
public sealed unsafe class SafetensorsReader : IDisposable
{
    private readonly string path;
    private readonly SafeFileHandle handle;
    private readonly Dictionary<string, SafetensorsEntry> byName;
    private readonly Lock mapping = new();
    private MemoryMappedFile? mappedFile;
    private MemoryMappedViewAccessor? view;
    private byte* start;

    private SafetensorsReader(string path, SafeFileHandle handle, List<SafetensorsEntry> entries, Dictionary<string, string> metadata)
    {
        this.path = path;
        this.handle = handle;
        Entries = entries;
        Metadata = metadata;
        byName = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>Free text pairs of the header; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">It is missing, not readable, cut short or not a safetensors file.</exception>
    public static SafetensorsReader Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            // A pipe has a length of 0, and opening it would wait for ever.
            RequirePrefix(new FileInfo(path).Length);
            handle = File.OpenHandle(path);
            (byte[] json, long dataBytes) = ReadHeader(handle, RandomAccess.GetLength(handle));
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            List<SafetensorsEntry> entries = SafetensorsHeader.Parse(json, dataBytes, metadata);
            var reader = new SafetensorsReader(path, handle, entries, metadata);
            handle = null;
            return reader;
        }
        catch (FormatException error)
        {
            throw CheckpointException.Malformed($"Not a whole safetensors file: {error.Message}", path, error);
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            throw CheckpointException.Reading(error, path);
        }
        finally
        {
            handle?.Dispose();
        }
    }

    /// <summary>Finds a tensor.</summary>
    /// <param name="name">Its key.</param>
    /// <returns>Null when the file has none of that name.</returns>
    public SafetensorsEntry? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The mapped bytes of a tensor of at most 2 GiB; valid until the reader is disposed. Larger ones: <see cref="Pointer"/>.</summary>
    /// <param name="name">Its key.</param>
    /// <exception cref="CheckpointException">There is no such tensor, it is larger, or the file cannot be mapped.</exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        SafetensorsEntry entry = Require(name);
        return entry.ByteCount <= int.MaxValue
            ? new ReadOnlySpan<byte>(Map() + entry.Offset, (int)entry.ByteCount)
            : throw new CheckpointException(
                CheckpointFault.TensorDiffers, $"Tensor {name} is too large for one view", path, $"{entry.ByteCount} bytes", $"at most {int.MaxValue} bytes", "Read it in parts.");
    }

    /// <summary>The mapped values of an F32 tensor of at most 2 GiB.</summary>
    /// <param name="name">Its key.</param>
    /// <exception cref="CheckpointException">There is no such tensor, it has another type, or see <see cref="Bytes"/>.</exception>
    public ReadOnlySpan<float> Floats(string name)
    {
        TensorType type = Require(name).Type;
        return type == TensorType.F32
            ? MemoryMarshal.Cast<byte, float>(Bytes(name))
            : throw new CheckpointException(
                CheckpointFault.TensorDiffers, $"Tensor {name} has another element type", path, type.Spelling(), "F32", "Read its bytes and convert them.");
    }

    /// <summary>The first mapped byte of a tensor of any size; valid until the reader is disposed.</summary>
    /// <param name="name">Its key.</param>
    /// <exception cref="CheckpointException">There is no such tensor, or the file cannot be mapped.</exception>
    public byte* Pointer(string name) => Map() + Require(name).Offset;

    /// <summary>Copies bytes of a tensor. Several threads may read at once.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="offset">Where to start within the tensor, in bytes.</param>
    /// <param name="destination">Filled whole.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the tensor.</exception>
    /// <exception cref="CheckpointException">The file could not be read or became shorter.</exception>
    public void Read(SafetensorsEntry entry, long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, entry.ByteCount - destination.Length);
        long position = entry.Offset + offset;
        try
        {
            ReadWhole(handle, position, destination);
        }
        catch (FormatException error)
        {
            throw CheckpointException.Malformed($"The file became shorter while it was read: {error.Message}", path, error);
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            throw CheckpointException.Reading(error, path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (mapping)
        {
            if (start is not null)
            {
                view!.SafeMemoryMappedViewHandle.ReleasePointer();
                start = null;
            }

            view?.Dispose();
            mappedFile?.Dispose();
            handle.Dispose();
        }
    }

    private static (byte[] Json, long DataBytes) ReadHeader(SafeFileHandle handle, long fileBytes)
    {
        RequirePrefix(fileBytes);
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixBytes];
        ReadWhole(handle, 0, prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        long rest = fileBytes - prefix.Length;
        if (length > SafetensorsHeader.LargestBytes)
        {
            throw new FormatException($"its header would take {length} bytes, and {SafetensorsHeader.LargestBytes} is the most");
        }

        if ((long)length > rest)
        {
            throw new FormatException($"its header takes {length} bytes, and {rest} follow");
        }

        byte[] json = new byte[length];
        ReadWhole(handle, prefix.Length, json);
        return (json, rest - (long)length);
    }

    private static void RequirePrefix(long fileBytes)
    {
        if (fileBytes < SafetensorsHeader.PrefixBytes)
        {
            throw new FormatException($"it has {fileBytes} bytes and starts with {SafetensorsHeader.PrefixBytes} of length");
        }
    }

    private static void ReadWhole(SafeFileHandle handle, long position, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int count = RandomAccess.Read(handle, destination, position);
            if (count == 0)
            {
                throw new FormatException($"it ends at byte {position}");
            }

            destination = destination[count..];
            position += count;
        }
    }

    private SafetensorsEntry Require(string name) => Find(name) ?? throw new CheckpointException(
        CheckpointFault.TensorMissing, $"The file has no tensor {name}", path, null, null, "Look at the names that it has.");

    private byte* Map()
    {
        lock (mapping)
        {
            ObjectDisposedException.ThrowIf(handle.IsClosed, this);
            if (start is not null)
            {
                return start;
            }

            try
            {
                mappedFile ??= MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
                view ??= mappedFile.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
                view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
                return start;
            }
            catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
            {
                throw CheckpointException.Reading(error, path);
            }
        }
    }
}
