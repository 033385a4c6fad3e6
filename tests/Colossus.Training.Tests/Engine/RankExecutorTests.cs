using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using Colossus.Training.Kernels;
using Colossus.Training.Memory;
using Colossus.Training.Native;
using Colossus.Training.Tests.Model;

namespace Colossus.Training.Tests.Engine;

public sealed unsafe class RankExecutorTests
{
    public RankExecutorTests() => LibtorchLoader.Load();

    public static TheoryData<Activation, int, bool> Variants => new()
    {
        { Activation.SwiGlu, 4, false },
        { Activation.GeGlu, 2, true },
        { Activation.Gelu, 1, false },
        { Activation.SquaredRelu, 2, true },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void Loss_and_all_gradients_in_fp32_are_those_of_libtorchs_own_operators_in_double(Activation activation, int kvHeads, bool tied)
    {
        var model = Small(activation, kvHeads, tied);
        Compare<F32, F32>(model, worstRelative: 2e-4);
    }

    [Theory]
    [MemberData(nameof(Architectures.Names), MemberType = typeof(Architectures))]
    public void Loss_and_all_gradients_of_every_architecture_are_those_of_libtorchs_own_operators_in_double(string name)
    {
        var model = Architectures.Of(name);
        Compare<F32, F32>(model, worstRelative: 2e-4);

        // Rounding makes some tokens choose other experts than the reference: only where there is no choice can they be compared.
        if (model.Experts is null || model.Experts.Active == model.Experts.Count)
        {
            Compare<F32, Bf16>(model, worstRelative: 6e-2);
            Compare<Bf16, Bf16>(model, worstRelative: 8e-2);
        }
    }

    [Fact]
    public void Loss_and_all_gradients_are_those_of_the_reference_when_experts_drop_what_is_beyond_their_capacity()
    {
        var model = Architectures.Of("mixtral");
        Compare<F32, F32>(model with { Experts = model.Experts! with { Capacity = 0.8 } }, worstRelative: 2e-4);
    }

    [Fact]
    public void Loss_and_all_gradients_with_bf16_weights_are_close_to_the_reference() =>
        Compare<Bf16, Bf16>(Small(Activation.SwiGlu, 2, false), worstRelative: 6e-2);

    [Fact]
    public void Loss_and_all_gradients_under_autocast_are_close_to_the_reference() =>
        Compare<F32, Bf16>(Small(Activation.SwiGlu, 2, false), worstRelative: 5e-2);

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        var model = Small(Activation.SwiGlu, 2, false);
        var one = Run<F32, F32>(model, accumulateTwice: false);
        KernelThreads.Count = 3;
        try
        {
            Assert.Equal(one.Gradients, Run<F32, F32>(model, accumulateTwice: false).Gradients);
        }
        finally
        {
            KernelThreads.Count = 1;
        }
    }

    [Fact]
    public void Accumulating_the_same_micro_batch_twice_doubles_the_gradient()
    {
        var model = Small(Activation.SwiGlu, 2, true);
        float[] once = Run<F32, F32>(model, accumulateTwice: false).Gradients;
        float[] twice = Run<F32, F32>(model, accumulateTwice: true).Gradients;
        for (int i = 0; i < once.Length; i++)
        {
            Assert.Equal(2 * once[i], twice[i], 1e-5 + (1e-4 * Math.Abs(once[i])));
        }
    }

    [Theory]
    [InlineData(Recompute.Selective)]
    [InlineData(Recompute.Full)]
    public void What_is_computed_again_has_the_bits_of_what_is_kept(Recompute recompute)
    {
        var model = Small(Activation.GeGlu, 2, true);
        Assert.Equal(Run<F32, F32>(model, accumulateTwice: false).Gradients, Run<F32, F32>(model, accumulateTwice: false, recompute).Gradients);
        Assert.Equal(Run<Bf16, Bf16>(model, accumulateTwice: false).Gradients, Run<Bf16, Bf16>(model, accumulateTwice: false, recompute).Gradients);
        Assert.Equal(Run<F32, Bf16>(model, accumulateTwice: false).Gradients, Run<F32, Bf16>(model, accumulateTwice: false, recompute).Gradients);
    }

    [Theory]
    [MemberData(nameof(Architectures.Names), MemberType = typeof(Architectures))]
    public void Recomputation_and_threads_change_no_bit_of_any_architecture(string name)
    {
        var model = Architectures.Of(name);
        float[] kept = Run<F32, Bf16>(model, accumulateTwice: false).Gradients;
        Assert.Equal(kept, Run<F32, Bf16>(model, accumulateTwice: false, Recompute.Selective).Gradients);
        Assert.Equal(kept, Run<F32, Bf16>(model, accumulateTwice: false, Recompute.Full).Gradients);
        KernelThreads.Count = 3;
        try
        {
            Assert.Equal(kept, Run<F32, Bf16>(model, accumulateTwice: false).Gradients);
        }
        finally
        {
            KernelThreads.Count = 1;
        }
    }

    private static ModelSpec Small(Activation activation, int kvHeads, bool tied) =>
        new(Layers: 2, Hidden: 48, Heads: 4, kvHeads, HeadWidth: 12, Ffn: 80, activation, Vocab: 61, Sequence: 37, tied);

    private static void Compare<TResidual, T>(ModelSpec model, double worstRelative)
        where TResidual : unmanaged, IElement<TResidual>
        where T : unmanaged, IElement<T>
    {
        var table = ParameterTable.For(model);
        var ours = Run<TResidual, T>(model, accumulateTwice: false);
        var (loss, gradients) = ReferenceModel.Run(model, table, ours.Weights, ours.Inputs, ours.Targets);
        Assert.Equal(loss, ours.Loss, worstRelative * loss);
        foreach (var parameter in table.Parameters)
        {
            double[] expected = gradients[parameter.Name];
            double norm = Norm(expected);
            if (parameter.Name.EndsWith("k_proj.bias", StringComparison.Ordinal))
            {
                // Softmax does not see what a bias of keys adds to all scores of a row: without rotary positions its gradient is 0, and what is left is rounding.
                norm = Math.Max(norm, Norm(gradients[parameter.Name.Replace(".bias", ".weight", StringComparison.Ordinal)]));
            }

            double difference = Math.Sqrt(expected.Select((x, i) => Math.Pow(x - ours.Gradients[parameter.Start + i], 2)).Sum());
            Assert.True(difference <= worstRelative * norm, $"{parameter.Name}: relative error {difference / norm:g3} of its gradient");
        }
    }

    private static double Norm(double[] values) => Math.Sqrt(values.Sum(x => x * x));

    private static (double Loss, float[] Weights, float[] Gradients, int[] Inputs, int[] Targets) Run<TResidual, T>(
        ModelSpec model, bool accumulateTwice, Recompute recompute = Recompute.None)
        where TResidual : unmanaged, IElement<TResidual>
        where T : unmanaged, IElement<T>
    {
        const int MicroBatch = 3;
        var table = ParameterTable.For(model);
        var random = new Random(7);
        using var arena = new Arena();
        F32* master = arena.Take<F32>(table.FlatCount);
        foreach (var parameter in table.Parameters)
        {
            for (long i = 0; i < parameter.Count; i++)
            {
                double noise = (random.NextDouble() - 0.5) * 0.5;
                master[parameter.Start + i] = F32.FromFloat((float)(parameter.Weight.Start == WeightStart.One ? 1 + noise : noise));
            }
        }

        TResidual* weights = arena.Take<TResidual>(table.FlatCount);
        T* matrices = arena.Take<T>(table.FlatCount);
        TResidual* gradients = arena.Take<TResidual>(table.Buckets[^1].Range.End);
        Flat.Convert(master, weights, table.FlatCount);
        Flat.Convert(master, matrices, table.FlatCount);
        int[] inputs = [.. Enumerable.Range(0, MicroBatch * model.Sequence).Select(_ => random.Next(model.Vocab))];
        int[] targets = [.. Enumerable.Range(0, MicroBatch * model.Sequence).Select(_ => random.Next(model.Vocab))];

        var formats = new NumberFormats(typeof(TResidual) == typeof(Bf16), typeof(T) == typeof(Bf16), RoundWeights: false);
        using var executor = new SoloRank(model, MicroBatch, formats, recompute);

        // Another epoch had other memory: nothing of it may be read or written any more.
        TResidual* former = arena.Take<TResidual>(table.Buckets[^1].Range.End);
        executor.Bind((nint)former, (nint)arena.Take<T>(table.FlatCount), (nint)former);
        executor.Bind((nint)weights, (nint)matrices, (nint)gradients);
        inputs.CopyTo(executor.Arguments.Inputs, 0);
        targets.CopyTo(executor.Arguments.Targets, 0);
        executor.Arguments.LossScale = 1f / inputs.Length;
        double loss = executor.ForwardBackward() / inputs.Length;
        Assert.Equal(Enumerable.Range(0, table.Buckets.Count), executor.CompleteBuckets.Order());
        Assert.Equal(loss, executor.Evaluate() / inputs.Length, 1e-6);
        if (accumulateTwice)
        {
            executor.Arguments.Accumulate = true;
            executor.ForwardBackward();
        }

        float[] result = new float[table.FlatCount];
        for (long i = 0; i < result.Length; i++)
        {
            result[i] = TResidual.ToFloat(gradients[i]);
        }

        // A tied head has a gradient of its own: the parameter's is their sum.
        if (table.Buckets[^1].Source is { } source)
        {
            for (long i = 0; i < source.Count; i++)
            {
                result[source.Start + i] += TResidual.ToFloat(gradients[table.Buckets[^1].Range.Start + i]);
            }
        }

        return (loss, new Span<float>(master, result.Length).ToArray(), result, inputs, targets);
    }
}
