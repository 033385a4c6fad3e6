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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sums_over_ranks_are_in_the_order_of_ranks(bool accumulated)
    {
        const int Count = 9001;
        using var gradient0 = Values<Bf16>.Normal(Count, 1);
        using var gradient1 = Values<Bf16>.Normal(Count, 2);
        using var gradient2 = Values<Bf16>.Normal(Count, 3);
        using var earlier = Values<F32>.Normal(Count, 4);
        using var sum = new Values<F32>(Count);
        Bf16** gradients = stackalloc Bf16*[] { gradient0.Data, gradient1.Data, gradient2.Data };
        float** accumulators = stackalloc float*[] { (float*)earlier.Data, (float*)earlier.Data, (float*)earlier.Data };
        double squares = AdamW.ReduceRange(gradients, accumulated ? accumulators : null, 3, (float*)sum.Data, Count);
        for (int i = 0; i < Count; i++)
        {
            float extra = accumulated ? F32.ToFloat(earlier.Data[i]) : 0;
            float expected = 0f + (Bf16.ToFloat(gradient0.Data[i]) + extra) + (Bf16.ToFloat(gradient1.Data[i]) + extra) + (Bf16.ToFloat(gradient2.Data[i]) + extra);
            Assert.Equal(expected, F32.ToFloat(sum.Data[i]));
        }

        Assert.Equal(Flat.SumOfSquares((float*)sum.Data, Count), squares);
        Assert.Equal(sum.ToDoubles().Sum(x => x * x), squares, 1e-6 * squares);
    }

    [Fact]
    public void Several_threads_reduce_to_the_bits_of_one()
    {
        const int Count = 50_001;
        using var gradient = Values<Bf16>.Normal(Count, 1);
        using var sum = new Values<F32>(Count);
        Compare.SameWithThreads(() =>
        {
            Bf16** gradients = stackalloc Bf16*[] { gradient.Data, gradient.Data };
            double squares = AdamW.ReduceRange(gradients, null, 2, (float*)sum.Data, Count);
            return [.. sum.Bytes, .. BitConverter.GetBytes(squares)];
        });
    }
}
