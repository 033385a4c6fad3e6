namespace Colossus.Runs.Time;

/// <summary>Seconds in each <see cref="TimeBucket"/>. In JSON the names are those of the properties, in camelCase.</summary>
public sealed record TimeBuckets
{
    /// <summary>No time at all.</summary>
    public static TimeBuckets Zero { get; } = new();

    /// <summary>All buckets, in the order in which they are shown.</summary>
    public static IReadOnlyList<TimeBucket> All { get; } = Enum.GetValues<TimeBucket>();

    /// <summary>Seconds in <see cref="TimeBucket.Compute"/>.</summary>
    public double Compute { get; init; }

    /// <summary>Seconds in <see cref="TimeBucket.ExposedCommunication"/>.</summary>
    public double ExposedCommunication { get; init; }

    /// <summary>Seconds in <see cref="TimeBucket.Optimizer"/>.</summary>
    public double Optimizer { get; init; }

    /// <summary>Seconds in <see cref="TimeBucket.Data"/>.</summary>
    public double Data { get; init; }

    /// <summary>Seconds in <see cref="TimeBucket.Checkpoint"/>.</summary>
    public double Checkpoint { get; init; }

    /// <summary>Seconds in <see cref="TimeBucket.Evaluation"/>.</summary>
    public double Evaluation { get; init; }

    /// <summary>Seconds in <see cref="TimeBucket.Startup"/>.</summary>
    public double Startup { get; init; }

    /// <summary>Seconds in <see cref="TimeBucket.Detection"/>.</summary>
    public double Detection { get; init; }

    /// <summary>Seconds in <see cref="TimeBucket.Restart"/>.</summary>
    public double Restart { get; init; }

    /// <summary>Seconds in <see cref="TimeBucket.Recomputed"/>.</summary>
    public double Recomputed { get; init; }

    /// <summary>Seconds in <see cref="TimeBucket.Idle"/>.</summary>
    public double Idle { get; init; }

    /// <summary>Sum of all buckets, in seconds.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double Total => All.Sum(bucket => this[bucket]);

    /// <summary>Seconds in <paramref name="bucket"/>.</summary>
    /// <param name="bucket">Any value of the enumeration.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a value of the enumeration.</exception>
    public double this[TimeBucket bucket] => bucket switch
    {
        TimeBucket.Compute => Compute,
        TimeBucket.ExposedCommunication => ExposedCommunication,
        TimeBucket.Optimizer => Optimizer,
        TimeBucket.Data => Data,
        TimeBucket.Checkpoint => Checkpoint,
        TimeBucket.Evaluation => Evaluation,
        TimeBucket.Startup => Startup,
        TimeBucket.Detection => Detection,
        TimeBucket.Restart => Restart,
        TimeBucket.Recomputed => Recomputed,
        TimeBucket.Idle => Idle,
        _ => throw new ArgumentOutOfRangeException(nameof(bucket), bucket, "not a time bucket"),
    };

    /// <summary>A copy with <paramref name="seconds"/> more in <paramref name="bucket"/>.</summary>
    /// <param name="bucket">Where they go.</param>
    /// <param name="seconds">How many; may be negative.</param>
    public TimeBuckets Plus(TimeBucket bucket, double seconds) => Map((other, own) => other == bucket ? own + seconds : own);

    /// <summary>Bucket by bucket, this and <paramref name="other"/> together.</summary>
    /// <param name="other">What is added.</param>
    public TimeBuckets Plus(TimeBuckets other) => Map((bucket, own) => own + other[bucket]);

    /// <summary>Bucket by bucket, what this has more than <paramref name="earlier"/>; never below 0.</summary>
    /// <param name="earlier">An earlier reading of the same growing counters.</param>
    public TimeBuckets Since(TimeBuckets earlier) => Map((bucket, own) => Math.Max(0, own - earlier[bucket]));

    /// <summary>All of this time in another bucket, as when computed work turns out to be lost.</summary>
    /// <param name="bucket">Where it goes.</param>
    public TimeBuckets AllIn(TimeBucket bucket) => Zero.Plus(bucket, Total);

    /// <summary>Each bucket through a function of its kind and seconds.</summary>
    /// <param name="change">From kind and seconds to seconds.</param>
    public TimeBuckets Map(Func<TimeBucket, double, double> change) => new()
    {
        Compute = change(TimeBucket.Compute, Compute),
        ExposedCommunication = change(TimeBucket.ExposedCommunication, ExposedCommunication),
        Optimizer = change(TimeBucket.Optimizer, Optimizer),
        Data = change(TimeBucket.Data, Data),
        Checkpoint = change(TimeBucket.Checkpoint, Checkpoint),
        Evaluation = change(TimeBucket.Evaluation, Evaluation),
        Startup = change(TimeBucket.Startup, Startup),
        Detection = change(TimeBucket.Detection, Detection),
        Restart = change(TimeBucket.Restart, Restart),
        Recomputed = change(TimeBucket.Recomputed, Recomputed),
        Idle = change(TimeBucket.Idle, Idle),
    };
}
