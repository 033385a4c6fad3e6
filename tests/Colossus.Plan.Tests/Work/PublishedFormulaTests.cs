using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Tests.Work;

public sealed class PublishedFormulaTests
{
    private static readonly ModelShape gpt = new(48, 6144, 64, 64, 96, 4 * 6144, Gated: false, 51200, 2048);

    public static TheoryData<int, bool, Recompute> Cases => new()
    {
        { 1, false, Recompute.None }, { 8, false, Recompute.None }, { 8, true, Recompute.None }, { 8, false, Recompute.Selective },
        { 8, true, Recompute.Selective }, { 8, true, Recompute.Full }, { 8, false, Recompute.Full },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Activations_of_a_layer_are_those_of_equations_1_to_6_of_arXiv_2205_05198(int tensor, bool sequenceParallel, Recompute recompute)
    {
        Layout layout = Of(tensor: tensor, sequenceParallel: sequenceParallel, recompute: recompute, microBatch: 4);
        double s = 2048, b = 4, h = 6144, a = 64, t = tensor;
        double scores = recompute == Recompute.None ? 5 * a * s / h : 0;
        double expected = recompute == Recompute.Full
            ? 2 * s * b * h / (sequenceParallel ? t : 1)
            : s * b * h * (sequenceParallel ? (34 + scores) / t : 10 + (24 / t) + (scores / t));
        Assert.Equal(expected, MemoryPlan.ActivationsOfLayer(gpt, layout, new MemoryRules(Dropout: true, FlashAttention: false)), 6.0);
    }

    [Theory]
    [InlineData(0, 16.0)]
    [InlineData(1, 4 + (12 / 64.0))]
    [InlineData(2, 2 + (14 / 64.0))]
    [InlineData(3, 16 / 64.0)]
    public void State_of_zero_is_that_of_arXiv_1910_02054(int zero, double bytesAWeight)
    {
        Layout layout = Of(data: 64, zero: zero);
        StageMemory memory = MemoryPlan.OfStage(gpt, layout, 0, new MemoryRules(WeightBytes: 2, GradientBytes: 2, OptimizerBytes: 12));
        (double dense, _) = MemoryPlan.Weights(gpt, layout, 0);
        Assert.Equal(bytesAWeight, (memory.Weights + memory.Gradients + memory.Optimizer) / dense, 9);
    }

    [Fact]
    public void Six_operations_a_weight_and_token_are_close_to_the_exact_count_when_the_model_is_wide()
    {
        ModelShape wide = new(96, 12288, 96, 96, 128, 49152, Gated: false, 51200, 2048);
        double six = ModelFlops.OfStep(wide, 1, FlopConvention.SixPerWeight);
        double exact = ModelFlops.OfStep(wide, 1, FlopConvention.ModelFull);
        Assert.InRange(exact / six, 1.0, 1.05);
        Assert.Equal(6 * ParameterCount.Total(wide) * 2048, six, 1e-3 * six);
    }

    [Fact]
    public void Exact_count_is_that_of_equation_3_of_arXiv_2104_04473_without_its_recomputation()
    {
        // The paper counts 4 passes (recomputation included); 3 of them are 72·B·s·l·h²·(1 + s/(6h) + V/(12·l·h)).
        ModelShape gpt = new(24, 2304, 24, 24, 96, 4 * 2304, Gated: false, 51200, 2048);
        double l = 24, h = 2304, s = 2048, v = 51200, batch = 512;
        double paper = 72 * batch * s * l * h * h * (1 + (s / (6 * h)) + (v / (12 * l * h)));
        Assert.Equal(1, ModelFlops.OfStep(gpt, batch, FlopConvention.ModelFull) / paper, 9);
    }

    [Theory]
    [InlineData("grok-1", 314e9)]
    [InlineData("llama3-8b", 8.03e9)]
    [InlineData("llama3-70b", 70.6e9)]
    [InlineData("llama3-405b", 405.9e9)]
    [InlineData("gpt3-175b", 175e9)]
    [InlineData("mixtral-8x7b", 46.7e9)]
    [InlineData("mixtral-8x22b", 140.6e9)]
    [InlineData("deepseek-v3", 671e9)]
    [InlineData("qwen3-235b-a22b", 235e9)]
    [InlineData("nemotron4-340b", 341e9)]
    public void Weights_of_the_catalogue_are_those_that_were_published(string name, double published) =>
        Assert.InRange(ParameterCount.Total(ModelShapeCatalogue.Find(name)!) / published, 0.985, 1.015);

    // The elements of the published checkpoint's main model, the 58 · 256 biases by which its routers choose included.
    [Fact]
    public void Weights_of_DeepSeek_V3_are_exactly_those_of_its_checkpoint() =>
        Assert.Equal(671_026_419_200, ParameterCount.Total(ModelShapeCatalogue.Find("deepseek-v3")!));

    internal static Layout Of(
        int data = 1,
        int tensor = 1,
        int pipeline = 1,
        int virtualStages = 1,
        int zero = 1,
        bool sequenceParallel = false,
        Recompute recompute = Recompute.None,
        int microBatch = 1,
        int globalBatch = 64,
        PipelineSchedule schedule = PipelineSchedule.OneForwardOneBackward) =>
        new(data, tensor, pipeline, virtualStages, 1, 1, zero, sequenceParallel, microBatch, globalBatch, recompute, schedule);
}
