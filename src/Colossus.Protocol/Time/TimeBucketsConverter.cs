using System.Text.Json;
using System.Text.Json.Serialization;

namespace Colossus.Protocol.Time;

/// <summary>Reads what is a time and passes over the rest: a rank's claim may be damaged, and a file of another version may hold buckets that this one does not know.</summary>
public sealed class TimeBucketsConverter : JsonConverter<TimeBuckets>
{
    private static readonly Dictionary<string, TimeBucket> named = TimeBuckets.All
        .Select(bucket => KeyValuePair.Create(TimeBuckets.Name(bucket), bucket))
        // Runs of versions that knew the data axis alone.
        .Append(KeyValuePair.Create("exposedCommunication", TimeBucket.ExposedData))
        .ToDictionary();

    /// <inheritdoc/>
    public override TimeBuckets Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("time buckets are an object of numbers");
        }

        var buckets = TimeBuckets.Zero;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var known = named.TryGetValue(reader.GetString()!, out var bucket);
            reader.Read();
            if (known && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var seconds) && double.IsFinite(seconds) && seconds > 0)
            {
                buckets = buckets.Plus(bucket, seconds);
            }
            else
            {
                reader.Skip();
            }
        }

        return buckets;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeBuckets value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var bucket in TimeBuckets.All)
        {
            writer.WriteNumber(TimeBuckets.Name(bucket), value[bucket]);
        }

        writer.WriteEndObject();
    }
}
