using CsCheck;

namespace Colossus.Collectives.Tests;

public sealed class ShardTests
{
    [Fact]
    public void Shards_cover_every_element_once_in_order_and_begin_on_cache_lines() => Gen.Select(Gen.Long[0, 1L << 40], Gen.Int[1, 1024], Gen.OneOf(2, 4)).Sample((count, ranks, elementBytes) =>
    {
        long next = 0;
        long line = Shard.LineBytes / elementBytes;
        for (int rank = 0; rank < ranks; rank++)
        {
            Shard shard = Shard.Of(count, rank, ranks, elementBytes);
            Assert.Equal(next, shard.First);
            Assert.True(shard.First % line == 0 || shard.Count == 0);
            Assert.True(shard.Count <= (count / ranks) + (2 * line), "No rank has much more than its share.");
            next = shard.End;
        }

        Assert.Equal(count, next);
    });
}
