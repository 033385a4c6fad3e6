using System.Text.Json;
using System.Text.Json.Serialization;

namespace Colossus.Protocol.Time;

/// <summary>A bucket in JSON by its <see cref="TimeBuckets.Name"/>, never by a number.</summary>
public sealed class TimeBucketConverter() : JsonStringEnumConverter<TimeBucket>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
