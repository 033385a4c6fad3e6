using Colossus.Plan.Layouts;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using CsCheck;

namespace Colossus.Plan.Tests.Layouts;

public sealed class VocabularyRowsTests
{
    [Theory]
    [InlineData(50_257, 1, 50_257)]
    [InlineData(50_257, 4, 12_672)]
    [InlineData(50_257, 8, 6_400)]
    [InlineData(50_304, 4, 12_576)]
    [InlineData(257, 2, 256)]
    [InlineData(128_256, 8, 16_032)]
    public void Shares_are_even_or_padded_as_Megatron_pads_them(int vocabulary, int tensor, int rows) =>
        Assert.Equal(rows, VocabularyRows.OfRank(vocabulary, tensor));

    [Fact]
    public void Ranks_together_hold_every_row_and_less_than_one_multiple_each_too_many() => Gen.Select(Gen.Int[1, 1 << 24], Gen.Int[1, 4096]).Sample(static (vocabulary, tensor) =>
    {
        long rows = VocabularyRows.OfRank(vocabulary, tensor);
        Assert.InRange(rows * tensor, vocabulary, vocabulary + ((long)VocabularyRows.Multiple * tensor));
    });

    [Fact]
    public void Padding_takes_memory_and_is_no_part_of_the_model()
    {
        var layout = new Layout(1, 4, 1, 1, 1, 1, 1, false, 1, 1, Recompute.None, PipelineSchedule.OneForwardOneBackward);
        var model = new ModelShape(2, 64, 4, 4, 16, 128, true, 50_257, 32);
        ModelShape padded = model with { Vocab = 50_688 };
        Assert.Equal(MemoryPlan.OfStage(padded, layout, 0, new MemoryRules()), MemoryPlan.OfStage(model, layout, 0, new MemoryRules()));
        Assert.Equal(2.0 * 431 * 64, ParameterCount.Total(padded) - ParameterCount.Total(model));
        Assert.True(ModelFlops.OfStep(model, 1, FlopConvention.ModelCausal) < ModelFlops.OfStep(padded, 1, FlopConvention.ModelCausal));
    }
}
