namespace Colossus.Specs.Tests;

public sealed class InvariantTests
{
    [Fact]
    public void A_broken_invariant_stops_with_message_and_condition()
    {
        int ranks = 3;
        var broken = Assert.Throws<InvariantException>(() => Invariant.That(ranks == 4, $"ranks is {ranks}"));
        Assert.Equal("ranks is 3 (expected: ranks == 4)", broken.Message);
        Assert.Throws<InvariantException>(() => Invariant.That(ranks == 4, () => "late"));
    }

    [Fact]
    public void A_kept_invariant_makes_no_message() => Invariant.That(true, () => throw new InvalidOperationException("the message was made"));
}
