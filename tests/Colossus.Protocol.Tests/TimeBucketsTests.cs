using System.Text.Json;
using Colossus.Protocol.Time;

namespace Colossus.Protocol.Tests;

public sealed class TimeBucketsTests
{
    // What a rank has spent, bucket by bucket: 1, 2, 3 … seconds.
    private static readonly TimeBuckets each = TimeBuckets.Of(bucket => 1 + (int)bucket);

    [Fact]
    public void Every_bucket_has_a_place_of_its_own()
    {
        Assert.Equal(each, TimeBuckets.All.Aggregate(TimeBuckets.Zero, (sum, bucket) => sum.Plus(bucket, 1 + (int)bucket)));
        Assert.All(TimeBuckets.All, bucket => Assert.Equal(1 + (int)bucket, each[bucket]));
        Assert.Equal(TimeBuckets.All.Count * (TimeBuckets.All.Count + 1) / 2, each.Total);
    }

    [Fact]
    public void Two_readings_of_growing_counters_tell_what_lies_between_them()
    {
        var later = each.Plus(TimeBucket.ExposedPipeline, 4).Plus(TimeBucket.Idle, -1);
        Assert.Equal(TimeBuckets.Zero.Plus(TimeBucket.ExposedPipeline, 4), later.Since(each));
        Assert.Equal(each.Plus(each), each.Times(2));
    }

    [Fact]
    public void In_json_every_bucket_stands_by_its_name_and_comes_back()
    {
        var line = JsonSerializer.Serialize(each);
        Assert.Contains("\"exposedData\":2,\"exposedTensor\":3,\"exposedContext\":4,\"exposedExpert\":5,\"exposedPipeline\":6,", line);
        Assert.Equal(TimeBuckets.All.Count, line.Split(':').Length - 1);
        Assert.Equal(each, JsonSerializer.Deserialize<TimeBuckets>(line));
    }

    [Fact]
    public void Waiting_is_named_by_its_axis()
    {
        Assert.Equal("exposed, pipeline axis", TimeBuckets.Title(TimeBucket.ExposedPipeline));
        Assert.Equal("compute", TimeBuckets.Title(TimeBucket.Compute));
    }
}
