using System.Text.RegularExpressions;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Specs.Sites;
using Colossus.Testing;
using Colossus.Twin.Estimates;
using Colossus.Twin.Jobs;
using Colossus.Twin.Pricing;
using Colossus.Twin.Search;
using Colossus.Twin.Sites;
using CsCheck;

namespace Colossus.Twin.Tests;

/// <summary>The job reader, the search and the advice hold to the same rules: what one proposes, the other reads.</summary>
public sealed partial class OneSetOfRulesTests
{
    private static readonly Machine machine = SitePools.Of(SiteCatalogue.Find("dgx-h100")!)[0].Machine;
    private static readonly TrainingSetup setup = new(MatrixFormat.Bf16, true, SoftwareStack.Fused);

    // Sizes that powers of two do not divide, vocabularies among them.
    private static readonly Gen<string> models =
        from layers in Gen.Int[1, 13]
        from heads in Gen.Int[1, 12]
        from width in Gen.Int[1, 8]
        from share in Gen.Int[1, 4]
        from ffn in Gen.Int[1, 40]
        from vocabulary in Gen.Int[2, 60_000]
        from sequence in Gen.Int[2, 64]
        from experts in Gen.Int[0, 3]
        select $"model: {{ layers: {layers}, heads: {heads}, hidden: {heads * width * 2}, kvHeads: {(heads % share == 0 ? heads / share : heads)}, ffn: {ffn}, vocab: {vocabulary}, sequence: {sequence}"
            + (experts == 0 ? " }\n" : $", experts: {{ count: {experts * 2}, active: 1, shared: {experts - 1}, ffn: {ffn} }} }}\n");

    private static readonly Gen<(string Model, int Batch, int Gpus)> questions = Gen.Select(models, Gen.Int[1, 24], Gen.Int[1, 12]);

    [Fact]
    public void Every_layout_that_a_search_proposes_is_read_from_a_job_as_it_is() => questions.Sample(
        static (model, batch, gpus) =>
        {
            var shape = Job(model, $"train.globalBatch={batch}", "train.microBatch=1").Model;
            foreach (Layout layout in Proposed(shape, batch, gpus).Order(Comparer<Layout>.Create(static (a, b) => a.GetHashCode().CompareTo(b.GetHashCode()))).Take(50))
            {
                Assert.Equal(layout, Job(model, [.. LayoutText.Settings(layout)]).Layout);
            }
        },
        iter: Effort.Times(60, 3000));

    [Fact]
    public void Every_layout_that_the_reader_takes_is_met_by_the_search_or_left_out_for_a_stated_reason() => questions.Sample(
        static (model, batch, gpus) =>
        {
            var shape = Job(model, $"train.globalBatch={batch}", "train.microBatch=1").Model;
            HashSet<Layout> proposed = [.. Proposed(shape, batch, gpus)];
            foreach (Layout layout in Small(batch, gpus).Where(layout => LayoutRules.IsSound(shape.Sizes, layout)))
            {
                Assert.True(proposed.Contains(layout) || IsAnother(layout) || HasRoom(layout, gpus) || !LayoutSpace.IsPricedWhole(layout), $"{model}{layout} on {gpus}");
            }
        },
        iter: Effort.Times(20, 1000));

    [Fact]
    public void Every_layout_that_advice_names_is_read_from_a_job_with_the_values_in_its_words() => questions.Sample(
        static (model, batch, gpus) =>
        {
            var shape = Job(model, $"train.globalBatch={batch}", "train.microBatch=1").Model;
            foreach (Layout layout in Proposed(shape, batch, gpus).Order(Comparer<Layout>.Create(static (a, b) => b.GetHashCode().CompareTo(a.GetHashCode()))).Take(10))
            {
                var now = Estimator.Estimate(shape, machine, setup, layout, TwinParameters.Shipped, TwinSpread.Shipped);
                if (NextChange.Best(now, TwinParameters.Shipped) is { } best)
                {
                    string[] words = [.. Change().Matches(NextChange.Words(layout, best.Layout)).Select(static match => $"{(match.Groups[1].Value == "microBatch" ? "train" : "parallel")}.{match.Groups[1].Value}={match.Groups[2].Value}")];
                    Assert.Equal(best.Layout, Job(model, [.. LayoutText.Settings(layout), .. words]).Layout);
                }
            }
        },
        iter: Effort.Times(60, 3000));

    [Fact]
    public void The_catalogue_s_models_have_the_same_rules_as_their_presets()
    {
        foreach ((string name, ModelShape shape) in ModelShapeCatalogue.All)
        {
            ModelSizes preset = ModelSizes.From(ModelPresets.Find(name)!.Model);
            foreach (int tensor in Enumerable.Range(1, shape.Heads).Where(tensor => shape.Heads % tensor == 0))
            {
                var layout = new Layout(1, tensor, 1, 1, 1, 1, 1, false, 1, 1, Recompute.None, PipelineSchedule.OneForwardOneBackward);
                Assert.True(LayoutRules.IsSound(preset, layout) == LayoutRules.IsSound(shape.Sizes, layout), $"{name} with tensor {tensor}");
            }
        }
    }

    private static List<Layout> Proposed(ModelShape shape, int batch, int gpus)
    {
        var space = new LayoutSpace(shape, new SearchSpace(gpus, batch));
        var sizes = shape.Sizes;
        var all = new List<Layout>();
        for (int part = 0; part < space.Parts; part++)
        {
            space.ForEach(part, ranks => space.LargestBatchDivisor(gpus / ranks), Take, TestContext.Current.CancellationToken);
        }

        return all;

        void Take(in Layout layout)
        {
            if (LayoutRules.IsSound(sizes, layout))
            {
                all.Add(layout);
            }
        }
    }

    private static IEnumerable<Layout> Small(int batch, int gpus) =>
        from data in Enumerable.Range(1, gpus)
        from tensor in Enumerable.Range(1, gpus / data)
        from pipeline in Enumerable.Range(1, gpus / data / tensor)
        from context in Enumerable.Range(1, gpus / data / tensor / pipeline)
        from virtualStages in Enumerable.Range(1, 4)
        from expert in (int[])[1, 2, 3, 6]
        from zero in Enumerable.Range(0, 4)
        from sequence in (bool[])[false, true]
        from micro in (int[])[1, 2, 3]
        from schedule in Enum.GetValues<PipelineSchedule>()
        select new Layout(data, tensor, pipeline, virtualStages, context, expert, zero, sequence, micro, batch, Recompute.None, schedule);

    // The same work under another name.
    private static bool IsAnother(Layout layout) =>
        (layout.Pipeline == 1 && layout.Schedule != PipelineSchedule.OneForwardOneBackward)
        || (layout.Schedule == PipelineSchedule.Interleaved && layout.VirtualStages == 1)
        || (layout.Tensor == 1 && layout.SequenceParallel)
        || (layout.DenseReplicas == 1 && layout.Zero != 1);

    // More replicas would fit.
    private static bool HasRoom(Layout layout, int gpus) =>
        Enumerable.Range(layout.Data + 1, gpus).Any(more => layout.GlobalBatch % more == 0 && more * (layout.Ranks / layout.Data) <= gpus);

    private static PricedJob Job(string model, params string[] settings)
    {
        var reading = JobReader.Parse(model, "job.yaml", settings, toTrain: false);
        Assert.True(reading.Job is not null, $"{model}{string.Join(' ', settings)}\n{string.Join('\n', reading.Mistakes)}");
        return PricedJob.From(reading.Job!);
    }

    [GeneratedRegex(@"(\w+) to ([\w-]+)")]
    private static partial Regex Change();
}
