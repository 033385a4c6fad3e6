using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Colossus.Checkpoints.Safetensors;

/// <summary>
/// The head of a safetensors file: 8 bytes little-endian length, then JSON that names each tensor's type, shape and byte range, then the
/// data without holes. Rules as in the format's description (https://github.com/huggingface/safetensors, "Format"): at most 100 MB of
/// header, no duplicate names, ranges that touch one another and end where the file ends, spaces as padding.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>Name under which free text pairs stand.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>Bytes of the length in front of the JSON.</summary>
    public const int PrefixBytes = 8;

    /// <summary>Largest JSON that is read, in bytes; the reference implementation's bound.</summary>
    public const long LargestBytes = 100_000_000;

    /// <summary>The data starts at a multiple of this, so that a mapped file can be read with the widest vectors.</summary>
    public const int Alignment = 64;

    /// <summary>Length, JSON and padding for parts that follow one another without holes, in the order given.</summary>
    public static byte[] Build(IReadOnlyList<SafetensorsPart> parts, IReadOnlyDictionary<string, string> metadata)
    {
        using var stream = new MemoryStream();
        stream.Write(stackalloc byte[PrefixBytes]);
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long offset = 0;
            foreach (SafetensorsPart part in parts)
            {
                WriteEntry(json, part, offset);
                offset += part.Bytes.Count;
            }

            json.WriteEndObject();
        }

        while (stream.Length % Alignment != 0)
        {
            stream.WriteByte((byte)' ');
        }

        byte[] header = stream.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - PrefixBytes);
        return header;
    }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="json">The JSON with its padding.</param>
    /// <param name="dataBytes">Bytes that follow it in the file.</param>
    /// <param name="metadata">Receives the free text pairs.</param>
    /// <returns>The entries in the order of their data.</returns>
    /// <exception cref="FormatException">The header breaks a rule; the message says which.</exception>
    public static List<SafetensorsEntry> Parse(ReadOnlyMemory<byte> json, long dataBytes, IDictionary<string, string> metadata)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("the header is not a JSON object");
            }

            var names = new HashSet<string>(StringComparer.Ordinal);
            var entries = new List<SafetensorsEntry>();
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name))
                {
                    throw new FormatException($"the header names \"{property.Name}\" twice");
                }

                if (property.Name == MetadataName)
                {
                    ReadMetadata(property.Value, metadata);
                }
                else
                {
                    entries.Add(ReadEntry(property.Name, property.Value, PrefixBytes + (long)json.Length));
                }
            }

            entries.Sort(static (a, b) => (a.Offset, a.ByteCount).CompareTo((b.Offset, b.ByteCount)));
            CheckRanges(entries, PrefixBytes + (long)json.Length, dataBytes);
            return entries;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            throw new FormatException($"the header is not readable JSON ({error.Message})", error);
        }
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }

        json.WriteStartObject(MetadataName);
        foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsPart part, long offset)
    {
        json.WriteStartObject(part.Name);
        json.WriteString("dtype", part.Type.Spelling());
        json.WriteStartArray("shape");
        foreach (long size in part.Shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + part.Bytes.Count);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void ReadMetadata(JsonElement element, IDictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"{MetadataName} is not an object");
        }

        foreach (JsonProperty pair in element.EnumerateObject())
        {
            if (pair.Value.ValueKind != JsonValueKind.String)
            {
                throw new FormatException($"{MetadataName} holds \"{pair.Name}\", which is not text");
            }

            metadata[pair.Name] = pair.Value.GetString()!;
        }
    }

    private static SafetensorsEntry ReadEntry(string name, JsonElement element, long dataStart)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("dtype", out JsonElement dtype) || dtype.ValueKind != JsonValueKind.String
            || !element.TryGetProperty("shape", out JsonElement shapeElement)
            || !element.TryGetProperty("data_offsets", out JsonElement offsetsElement))
        {
            throw new FormatException($"\"{name}\" lacks dtype, shape or data_offsets");
        }

        if (!TensorTypes.TryParse(dtype.GetString(), out TensorType type))
        {
            throw new FormatException($"\"{name}\" has the element type \"{dtype.GetString()}\", which is not known");
        }

        long[] shape = ReadNumbers(name, "shape", shapeElement);
        long[] offsets = ReadNumbers(name, "data_offsets", offsetsElement);
        if (offsets.Length != 2 || offsets[1] < offsets[0] || offsets[1] > long.MaxValue - dataStart)
        {
            throw new FormatException($"\"{name}\" has data_offsets that are not a start and an end");
        }

        if (!TensorTypes.TryBytes(type, shape, out long bytes) || bytes != offsets[1] - offsets[0])
        {
            throw new FormatException(
                $"\"{name}\" has {offsets[1] - offsets[0]} bytes, which is not what {type.Spelling()} [{string.Join(", ", shape)}] takes");
        }

        return new SafetensorsEntry(name, type, shape, dataStart + offsets[0], bytes);
    }

    private static long[] ReadNumbers(string name, string key, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException($"\"{name}\" has a {key} that is not a list");
        }

        long[] numbers = new long[element.GetArrayLength()];
        int count = 0;
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out numbers[count]) || numbers[count] < 0)
            {
                throw new FormatException($"\"{name}\" has a {key} with {item.GetRawText()}, which is not a whole number from 0 on");
            }

            count++;
        }

        return numbers;
    }

    private static void CheckRanges(List<SafetensorsEntry> entries, long dataStart, long dataBytes)
    {
        long end = dataStart;
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.Offset != end)
            {
                throw new FormatException($"\"{entry.Name}\" starts at data byte {entry.Offset - dataStart}, and the tensor before it ends at {end - dataStart}");
            }

            end += entry.ByteCount;
            if (end - dataStart > dataBytes)
            {
                throw new FormatException($"\"{entry.Name}\" ends at data byte {end - dataStart}, and the file holds {dataBytes}");
            }
        }

        if (end - dataStart != dataBytes)
        {
            throw new FormatException($"the tensors end at data byte {end - dataStart}, and the file holds {dataBytes}");
        }
    }
}
