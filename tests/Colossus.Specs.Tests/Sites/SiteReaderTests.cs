using Colossus.Specs.Sites;

namespace Colossus.Specs.Tests.Sites;

public sealed class SiteReaderTests
{
    [Fact]
    public void A_site_of_two_kinds_with_all_its_keys()
    {
        const string text = """
            name: mine
            description: two kinds
            pools:
              - { accelerator: h100-sxm, nodes: 4 }
              - { accelerator: h200-sxm, nodes: 2, gpusPerNode: 4 }
            fabric: { kind: fat-tree, nicGbpsPerGpu: 200, tiers: 2, efficiency: 0.8 }
            power: { megawatts: 0.1, pue: 1.2 }
            reliability: { failuresPerNodeDay: 1e-3, repair: 12h, spares: 0.1 }
            """;
        SiteSpec site = SiteReader.Parse(text, "site.yaml").Site!;
        Assert.Equal("mine", site.Name);
        Assert.Equal([32, 8], site.Pools.Select(static pool => pool.Gpus));
        Assert.Equal((200, 2, 0.8), (site.NicGbpsPerGpu, site.FabricTiers, site.FabricEfficiency));
        Assert.Equal((1e-3, 43_200, 0.1), (site.FailuresPerNodeDay, site.RepairSeconds, site.Spares));
    }

    [Fact]
    public void Mistakes_come_together_with_their_positions()
    {
        const string text = "name: mine\npools:\n  - { accelerator: h101-sxm, nodes: 0 }\nfabric: { nicGbps: 400, efficiency: 2 }\nreliability: { repair: 2w }\n";
        SiteReading reading = SiteReader.Parse(text, "site.yaml");
        Assert.Null(reading.Site);
        Assert.Equal(5, reading.Mistakes.Count);
        Assert.StartsWith("site.yaml:3:20: error COL1004: pools[0].accelerator is 'h101-sxm'; did you mean h100-sxm?", reading.Mistakes[0].Headline);
        Assert.StartsWith("site.yaml:3:37: error COL1004: pools[0].nodes is 0", reading.Mistakes[1].Headline);
        Assert.StartsWith("site.yaml:4:11: error COL1002: fabric.nicGbps is not a key; fabric has kind, nicGbpsPerGpu, tiers, efficiency", reading.Mistakes[2].Headline);
        Assert.StartsWith("site.yaml:4:37: error COL1004: fabric.efficiency is 2", reading.Mistakes[3].Headline);
        Assert.StartsWith("site.yaml:5:24: error COL1003: reliability.repair is '2w', not a time", reading.Mistakes[4].Headline);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!!]")]
    [InlineData("- a\n- b\n")]
    [InlineData("name: [")]
    [InlineData("pools: 3\n")]
    [InlineData("pools: []\n")]
    [InlineData("name: x\n")]
    [InlineData("pools: [{ nodes: 4 }]\n")]
    [InlineData("pools: [{ accelerator: h100-sxm }]\n")]
    [InlineData("pools: [{ accelerator: h100-sxm, nodes: 10000000, gpusPerNode: 1024 }]\n")]
    public void What_is_no_site_says_why(string text)
    {
        SiteReading reading = SiteReader.Parse(text, "site.yaml");
        Assert.Null(reading.Site);
        Assert.NotEmpty(reading.Mistakes);
        Assert.All(reading.Mistakes, static mistake => Assert.Matches(@"^site\.yaml:\d+:\d+: error COL\d{4}: .*; .", mistake.Headline));
    }
}
