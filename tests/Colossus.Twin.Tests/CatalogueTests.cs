using Colossus.Plan.Work;
using Colossus.Specs.Sites;
using Colossus.Twin.Pricing;
using Colossus.Twin.Search;
using Colossus.Twin.Sites;

namespace Colossus.Twin.Tests;

/// <summary>What was said when Colossus was announced, and what the data sheets say of it.</summary>
public sealed class CatalogueTests
{
    [Fact]
    public void Colossus_has_100_000_H100_against_80_000()
    {
        Assert.Equal(100_000, SiteCatalogue.Find("colossus-100k")!.Gpus);
        Assert.Equal(80_000, SiteCatalogue.Find("rival-80k")!.Gpus);
        Assert.Equal("h100-sxm", SiteCatalogue.Find("colossus-100k")!.Pools.Single().Accelerator.Id);
    }

    [Fact]
    public void Colossus_doubles_with_50_000_H200()
    {
        SiteSpec site = SiteCatalogue.Find("colossus-200k")!;
        Assert.Equal(200_000, site.Gpus);
        Assert.Equal(50_000, site.Pools.Single(static pool => pool.Accelerator.Id == "h200-sxm").Gpus);
    }

    [Fact]
    public void The_largest_Blackwell_has_a_third_more_memory_and_two_thirds_more_bandwidth_than_an_H200()
    {
        AcceleratorSpec h200 = AcceleratorCatalogue.Find("h200-sxm")!;
        AcceleratorSpec b200 = AcceleratorCatalogue.Find("b200-sxm")!;
        Assert.Equal(141e9, h200.MemoryBytes);
        Assert.Equal(4.8e12, h200.MemoryBandwidth);
        Assert.Equal(36.2, (b200.MemoryBytes / h200.MemoryBytes * 100) - 100, 0.05);
        Assert.Equal(66.7, (b200.MemoryBandwidth / h200.MemoryBandwidth * 100) - 100, 0.05);
    }

    [Fact]
    public void Every_figure_of_the_catalogue_has_a_source_and_a_date() => Assert.All(AcceleratorCatalogue.Figures().Rows, static row =>
    {
        Assert.NotEmpty(row["source"]);
        Assert.Matches(@"^20\d\d-\d\d$", row["date"]);
        Assert.True(row["figure"] == "generation" || row.Number("value") > 0);
    });

    [Fact]
    public void Every_model_has_a_plan_on_every_large_site()
    {
        foreach (SiteSpec site in SiteCatalogue.All.Where(static site => site.Gpus > 8))
        {
            foreach ((string name, ModelShape model) in ModelShapeCatalogue.All.Where(static pair => pair.Key is "grok-1" or "llama3-8b" or "deepseek-v3"))
            {
                PoolMachine pool = SitePools.Of(site)[0];
                var search = new LayoutSearch(model, pool.Machine, new TrainingSetup(MatrixFormat.Bf16, true, SoftwareStack.Fused), TwinParameters.Shipped, TwinSpread.Shipped);
                SearchResult result = search.Run(new SearchSpace(pool.Gpus, 64, MostContext: 4), 3, cancellationToken: TestContext.Current.CancellationToken);
                Assert.True(result.Best.Count > 0, name + " on " + site.Name);
                Assert.Equal(result.Considered, result.TooLarge + result.Priced);
                Assert.Equal(result.Best.OrderBy(static ranked => ranked.High), result.Best);
            }
        }
    }
}
