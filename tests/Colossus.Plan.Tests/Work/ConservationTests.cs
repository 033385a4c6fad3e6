using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using CsCheck;

namespace Colossus.Plan.Tests.Work;

public sealed class ConservationTests
{
    private static readonly Gen<ModelShape> model =
        from layers in Gen.Int[1, 64]
        from heads in Gen.Int[1, 8]
        from gated in Gen.Bool
        from experts in AnyOf<ExpertsSpec?>(null, new ExpertsSpec(16, 2, 0, 512), new ExpertsSpec(32, 4, 1, 256))
        select new ModelShape(layers, heads * 8 * 64, heads * 8, heads * 8, 64, 2048, gated, 32000, 1024, Experts: experts);

    private static readonly Gen<Layout> layout =
        from tensor in AnyOf(1, 2, 4, 8)
        from pipeline in AnyOf(1, 2, 4)
        from context in AnyOf(1, 2)
        from data in AnyOf(1, 2, 8)
        from expert in AnyOf(1, 2, 8)
        from micro in AnyOf(1, 2, 4)
        from sequence in Gen.Bool
        from zero in Gen.Int[0, 3]
        select new Layout(data, tensor, pipeline, 1, context, expert, zero, sequence && tensor > 1, micro, 64, Recompute.None, PipelineSchedule.OneForwardOneBackward);

    private static readonly Gen<(ModelShape Model, Layout Layout)> sound =
        Gen.Select(model, layout).Where(static pair => LayoutRules.IsSound(pair.Item1.Sizes, pair.Item2));

    [Fact]
    public void Products_of_all_ranks_together_are_those_of_the_undivided_model() => sound.Sample(static pair =>
    {
        (ModelShape model, Layout layout) = pair;
        var whole = new LayerWork();
        whole.Fill(model, new Layout(1, 1, 1, 1, 1, 1, 1, false, 1, 1, Recompute.None, PipelineSchedule.OneForwardOneBackward));
        var part = new LayerWork();
        part.Fill(model, layout);
        double ranksOfOneSample = (double)layout.Tensor * layout.Context / layout.MicroBatch;
        Assert.Equal(1, part.ProductFlops * ranksOfOneSample / whole.ProductFlops, 9);
        Assert.Equal(1, part.AttentionFlops * ranksOfOneSample / whole.AttentionFlops, 9);
    });

    [Fact]
    public void Documents_cost_what_samples_of_their_length_cost() => Gen.Select(model, Gen.Int[1, 8]).Sample(static (model, documents) =>
    {
        int length = model.Sequence / documents;
        ModelShape whole = model with { Sequence = length * documents };
        Assert.Equal(
            1, ModelFlops.OfDocuments(whole, 3, (length + 1) / 2.0) / ModelFlops.OfStep(model with { Sequence = length }, 3 * documents, FlopConvention.ModelCausal), 9);
    });

    [Fact]
    public void Every_collective_sends_what_its_ring_passes_on() => sound.Sample(static pair =>
    {
        var work = new LayerWork();
        work.Fill(pair.Model, pair.Layout);
        foreach (Collective collective in work.Collectives)
        {
            // A ring cuts the buffer into a part for each rank; in every round each rank passes one part on.
            double part = collective.Bytes / collective.Ranks;
            int rounds = (collective.Ranks - 1) * (collective.Kind == CollectiveKind.AllReduce ? 2 : 1);
            double sent = 0;
            for (int round = 0; round < rounds; round++)
            {
                sent += part;
            }

            Assert.Equal(sent * collective.Count, collective.SentBytes, 1e-9 * collective.Bytes);
        }
    });

    [Fact]
    public void Weights_of_all_stages_together_are_those_of_the_model() => sound.Sample(static pair =>
    {
        (ModelShape model, Layout layout) = pair;
        double sum = 0;
        for (int stage = 0; stage < layout.Pipeline; stage++)
        {
            (double dense, double routed) = MemoryPlan.Weights(model, layout, stage);
            sum += (dense * layout.Tensor) + (routed * layout.Expert);
        }

        Assert.Equal(1, sum / (ParameterCount.Total(model) - model.Hidden), 9);
    });

    [Fact]
    public void Doubling_the_layers_doubles_their_operations() => model.Sample(static model =>
    {
        double head = 6.0 * 1024 * model.Vocab * model.Hidden;
        double once = ModelFlops.OfStep(model, 1, FlopConvention.ModelCausal) - head;
        double twice = ModelFlops.OfStep(model with { Layers = 2 * model.Layers }, 1, FlopConvention.ModelCausal) - head;
        Assert.Equal(2, twice / once, 9);
    });

    [Fact]
    public void Sharding_more_never_needs_more_memory() => sound.Sample(static pair =>
    {
        double before = double.PositiveInfinity;
        for (int zero = 0; zero <= 3; zero++)
        {
            double total = MemoryPlan.OfStage(pair.Model, pair.Layout with { Zero = zero }, 0, new MemoryRules()).Total;
            Assert.True(total <= before);
            before = total;
        }
    });

    [Fact]
    public void A_layout_is_sound_exactly_when_nothing_is_wrong_with_it() => Gen.Select(model, layout).Sample(static pair =>
        Assert.Equal(LayoutRules.Check(pair.Item1.Sizes, pair.Item2).Count == 0, LayoutRules.IsSound(pair.Item1.Sizes, pair.Item2)));

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
