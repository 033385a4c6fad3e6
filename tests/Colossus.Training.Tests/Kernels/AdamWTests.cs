using Colossus.Specs.Jobs;
using Colossus.Training.Kernels;
using Colossus.Training.Native;
using static TorchSharp.torch;
using AdamW = Colossus.Training.Kernels.AdamW;
using Parameter = TorchSharp.Modules.Parameter;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class AdamWTests
{
    private static readonly OptimizerSpec Optimizer = new(WeightDecay: 0.1, Beta1: 0.9, Beta2: 0.95, Epsilon: 1e-8);

    public AdamWTests() => LibtorchLoader.Load();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ten_updates_are_those_of_libtorchs_optimizer_in_double(bool decays)
    {
        const int Count = 1003;
        const double Rate = 0.01;
        using var master = Values<F32>.Normal(Count, 1);
        using var first = new Values<F32>(Count);
        using var second = new Values<F32>(Count);
        using var weights = new Values<Bf16>(Count);
        var parameter = new Parameter(master.ToTensor(Count));
        var reference = optim.AdamW([parameter], Rate, 0.9, 0.95, 1e-8, decays ? 0.1 : 0);
        for (int update = 1; update <= 10; update++)
        {
            using var gradient = Values<F32>.Normal(Count, 10 + update, 0.1);
            parameter.grad = gradient.ToTensor(Count) * 0.5;
            reference.step();
            AdamW.StepFromSum(
                (float*)gradient.Data,
                0.5f,
                (float*)master.Data,
                (float*)first.Data,
                (float*)second.Data,
                (float*)master.Data,
                (float*)first.Data,
                (float*)second.Data,
                weights.Data,
                Count,
                AdamWStep.For(Optimizer, Rate, decays, update));
        }

        Compare.Close(parameter, master, "weight");
        Assert.Equal(master.ToDoubles().Select(x => (double)Bf16.ToFloat(Bf16.FromFloat((float)x))), weights.ToDoubles());
    }

    [Fact]
    public void Writing_into_other_memory_and_several_threads_give_the_bits_of_one_thread_in_place()
    {
        const int Count = 200_003;
        using var gradient = Values<F32>.Normal(Count, 1);
        using var master = Values<F32>.Normal(Count, 2);
        using var first = Values<F32>.Normal(Count, 3);
        using var second = Values<F32>.Of(Values<F32>.Normal(Count, 4).ToDoubles().Select(Math.Abs));
        var step = AdamWStep.For(Optimizer, 0.01, true, 5);
        byte[] Run(bool inPlace)
        {
            using var masterIn = master.Copy();
            using var firstIn = first.Copy();
            using var secondIn = second.Copy();
            using var masterOut = inPlace ? masterIn : new Values<F32>(Count);
            using var firstOut = inPlace ? firstIn : new Values<F32>(Count);
            using var secondOut = inPlace ? secondIn : new Values<F32>(Count);
            using var weights = new Values<Bf16>(Count);
            AdamW.StepFromSum(
                (float*)gradient.Data,
                1,
                (float*)masterIn.Data,
                (float*)firstIn.Data,
                (float*)secondIn.Data,
                (float*)masterOut.Data,
                (float*)firstOut.Data,
                (float*)secondOut.Data,
                weights.Data,
                Count,
                step);
            return [.. masterOut.Bytes, .. firstOut.Bytes, .. secondOut.Bytes, .. weights.Bytes];
        }

        byte[] expected = Run(inPlace: true);
        Assert.Equal(expected, Run(inPlace: false));
        Compare.SameWithThreads(() => Run(inPlace: false));
    }
}
