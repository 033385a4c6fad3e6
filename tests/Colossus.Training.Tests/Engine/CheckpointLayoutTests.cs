using Colossus.Checkpoints;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Testing;
using CsCheck;

namespace Colossus.Training.Tests.Engine;

/// <summary>What was written under one layout loads under any other.</summary>
public sealed class CheckpointLayoutTests
{
    private static readonly string[] job =
        ["model.layers=3", "train.steps=4", "train.globalBatch=8", "train.microBatch=2", "train.optimizer.schedule=constant", "checkpoint.every=2", "checkpoint.keep=10"];

    private static readonly Gen<string[]> layouts =
        from data in Gen.Int[1, 2]
        from tensor in OneOf("1", "1", "2", "4")
        from context in OneOf("1", "1", "2")
        from sequenceParallel in OneOf("true", "false")
        from expert in data % 2 == 0 || tensor != "1" || context != "1" ? OneOf("1", "2") : Gen.Const("1")
        from zero in Gen.Int[0, 3]
        from pipeline in Gen.Int[1, 3]
        from virtualStages in Gen.Int[1, pipeline == 1 ? 1 : 5 / pipeline]
        from schedule in virtualStages > 1 ? Gen.Const("interleaved") : OneOf("gpipe", "1f1b", "interleaved", "zero-bubble")
        from recompute in OneOf("none", "selective", "full")
        select (string[])[$"parallel.data={data}", $"parallel.tensor={tensor}", $"parallel.context={context}", $"parallel.expert={expert}", $"parallel.sequenceParallel={sequenceParallel}", $"parallel.zero={zero}", $"parallel.pipeline={pipeline}", $"parallel.virtualStages={virtualStages}", $"parallel.schedule={schedule}", $"parallel.recompute={recompute}"];

    private static readonly string[] mixture = ["model.experts.count=4", "model.experts.active=2", "model.experts.shared=1", "model.experts.ffn=64"];

    private static readonly Gen<string[]> models =
        from tied in OneOf("true", "false")
        from mixed in Gen.Bool
        from format in OneOf("fp32", "bf16 train.products=bf16", "bf16 train.products=fp32", "autocast")
        select (string[])[$"model.tiedHead={tied}", .. mixed ? mixture : [], .. $"train.precision={format}".Split(' ')];

    [Fact]
    public void A_checkpoint_of_any_layout_loads_under_any_other_and_training_goes_on() => Gen.Select(layouts, layouts, models).Sample(
        (first, second, model) =>
        {
            string[] written = [.. job, .. model, .. Fitting(first, model)];
            string[] read = [.. job, .. model, .. Fitting(second, model)];
            using var small = new SmallJob();
            var (undisturbed, original) = Train(small, written, null);

            // Restored, and written again as the other layout has it: the same state, byte for byte.
            var (restored, rewritten) = Train(small, [.. read, "train.steps=2"], original);
            Assert.Empty(restored.Steps);
            Assert.Equal(FingerprintOf(original), restored.Weights);
            AssertSameTensors(original, rewritten);

            // Back in the first layout it is as if nothing had been.
            Assert.Equal(undisturbed.Weights, Train(small, written, rewritten).Run.Weights);

            var resumed = Train(small, read, original).Run;
            if (LayoutBits.Changes(LayoutOf(small, written), LayoutOf(small, read), GradientSums.Fast).Count == 0)
            {
                Assert.Equal(undisturbed.Weights, resumed.Weights);
            }
            else
            {
                Assert.All(undisturbed.Steps.Skip(2).Zip(resumed.Steps), pair => Assert.Equal(pair.First.Loss, pair.Second.Loss, 0.01 * pair.First.Loss));
            }
        },
        iter: Effort.Times(6, 300),
        threads: 1,
        print: sample => string.Join(' ', [.. sample.Item1, "->", .. sample.Item2, "with", .. sample.Item3]));

    // Experts are shared where there are some, and then each tensor rank has rows of its own.
    private static IEnumerable<string> Fitting(string[] layout, string[] model) => layout.Where(setting => model.Contains(mixture[0])
        ? setting != "parallel.sequenceParallel=false"
        : !setting.StartsWith("parallel.expert=", StringComparison.Ordinal));

    private static Gen<string> OneOf(params string[] words) => Gen.Int[0, words.Length - 1].Select(index => words[index]);

    private static (SmallRun Run, string Checkpoint) Train(SmallJob small, string[] settings, string? from)
    {
        var run = new SmallRun();
        string checkpoints = small.Checkpoints;
        small.Train(run, settings, from);
        return (run, Path.Combine(checkpoints, "step-000002"));
    }

    private static Layout LayoutOf(SmallJob small, string[] settings)
    {
        var spec = small.Read(settings);
        return Layout.From(spec.Parallel, spec.Train.MicroBatch, spec.Train.GlobalBatch);
    }

    private static string FingerprintOf(string checkpoint)
    {
        using var reader = CheckpointReader.Open(checkpoint);
        return reader.Manifest.WeightsSha256;
    }

    private static void AssertSameTensors(string expected, string actual)
    {
        using var left = CheckpointReader.Open(expected);
        using var right = CheckpointReader.Open(actual);
        Assert.Equal(left.Manifest.Tensors.Select(tensor => tensor.Name).Order(), right.Manifest.Tensors.Select(tensor => tensor.Name).Order());
        Assert.All(left.Manifest.Tensors, tensor =>
        {
            long rows = tensor.Shape[0];
            float[] one = new float[tensor.Shape.Aggregate(1L, (product, size) => product * size)];
            float[] other = new float[one.Length];
            left.ReadInto(tensor.Name, 0, rows, one);
            right.ReadInto(tensor.Name, 0, rows, other);
            Assert.True(one.AsSpan().SequenceEqual(other), $"{tensor.Name} is not what was saved");
        });
    }
}
