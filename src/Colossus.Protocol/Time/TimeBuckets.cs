using System.Text.Json;
using System.Text.Json.Serialization;

namespace Colossus.Protocol.Time;

/// <summary>Seconds in each <see cref="TimeBucket"/>; does not change. In JSON an object with one number a bucket, by its <see cref="Name"/>.</summary>
[JsonConverter(typeof(TimeBucketsConverter))]
public sealed class TimeBuckets : IEquatable<TimeBuckets>
{
    private const string AxisPrefix = "Exposed";

    private readonly double[] seconds;

    private TimeBuckets(double[] seconds) => this.seconds = seconds;

    /// <summary>All buckets, in the order in which they are shown.</summary>
    public static IReadOnlyList<TimeBucket> All { get; } = Enum.GetValues<TimeBucket>();

    /// <summary>No time at all.</summary>
    public static TimeBuckets Zero { get; } = new(new double[All.Count]);

    /// <summary>Sum of all buckets, in seconds.</summary>
    public double Total => seconds.Sum();

    /// <summary>Seconds in <paramref name="bucket"/>.</summary>
    /// <param name="bucket">Any value of the enumeration.</param>
    /// <exception cref="IndexOutOfRangeException">Not a value of the enumeration.</exception>
    public double this[TimeBucket bucket] => seconds[(int)bucket];

    /// <summary>The bucket in files and messages: <c>exposedData</c>.</summary>
    /// <param name="bucket">The bucket.</param>
    public static string Name(TimeBucket bucket) => JsonNamingPolicy.CamelCase.ConvertName(bucket.ToString());

    /// <summary>The bucket as shown to people: <c>exposed, data axis</c>.</summary>
    /// <param name="bucket">The bucket.</param>
    public static string Title(TimeBucket bucket)
    {
        var name = bucket.ToString();
        return name.StartsWith(AxisPrefix, StringComparison.Ordinal)
            ? $"exposed, {name[AxisPrefix.Length..].ToLowerInvariant()} axis"
            : name.ToLowerInvariant();
    }

    /// <summary>Seconds by bucket.</summary>
    /// <param name="secondsOf">How many, in a bucket.</param>
    public static TimeBuckets Of(Func<TimeBucket, double> secondsOf) => new([.. All.Select(secondsOf)]);

    /// <summary>A copy with <paramref name="more"/> seconds more in <paramref name="bucket"/>.</summary>
    /// <param name="bucket">Where they go.</param>
    /// <param name="more">How many; may be negative.</param>
    public TimeBuckets Plus(TimeBucket bucket, double more) => Of(other => other == bucket ? this[other] + more : this[other]);

    /// <summary>Bucket by bucket, this and <paramref name="other"/> together.</summary>
    /// <param name="other">What is added.</param>
    public TimeBuckets Plus(TimeBuckets other) => Of(bucket => this[bucket] + other[bucket]);

    /// <summary>Bucket by bucket, what this has more than <paramref name="earlier"/>; never below 0.</summary>
    /// <param name="earlier">An earlier reading of the same growing counters.</param>
    public TimeBuckets Since(TimeBuckets earlier) => Of(bucket => Math.Max(0, this[bucket] - earlier[bucket]));

    /// <summary>Every bucket times a factor.</summary>
    /// <param name="factor">0 or more.</param>
    public TimeBuckets Times(double factor) => Of(bucket => this[bucket] * factor);

    /// <inheritdoc/>
    public bool Equals(TimeBuckets? other) => other is not null && seconds.AsSpan().SequenceEqual(other.seconds);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TimeBuckets);

    /// <inheritdoc/>
    public override int GetHashCode() => Total.GetHashCode();
}
