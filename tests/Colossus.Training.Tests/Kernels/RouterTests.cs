using Colossus.Training.Kernels;
using Colossus.Training.Native;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class RouterTests
{
    private const int Rows = 67;

    public RouterTests() => LibtorchLoader.Load();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(37, 5)]
    [InlineData(64, 8)]
    [InlineData(150, 17)]
    public void Logits_and_their_gradients_are_libtorchs_in_double(int hidden, int experts)
    {
        Check<F32, F32>(hidden, experts, accumulate: false);
        Check<Bf16, F32>(hidden, experts, accumulate: true);
        Check<Bf16, Bf16>(hidden, experts, accumulate: false);
    }

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        using var input = Values<Bf16>.Normal(Rows * 100, 1);
        using var weight = Values<Bf16>.Normal(7 * 100, 2);
        Compare.SameWithThreads(() =>
        {
            using var logits = new Values<F32>(Rows * 7);
            using var dInput = new Values<Bf16>(Rows * 100);
            using var dWeight = new Values<F32>(7 * 100);
            Router.Logits(input.Data, weight.Data, (float*)logits.Data, Rows, 100, 7);
            Router.InputGradient((float*)logits.Data, weight.Data, dInput.Data, accumulate: false, Rows, 100, 7);
            Router.WeightGradient((float*)logits.Data, input.Data, (float*)dWeight.Data, Rows, 100, 7);
            return [.. logits.Bytes, .. dInput.Bytes, .. dWeight.Bytes];
        });
    }

    private static void Check<T, TWeight>(int hidden, int experts, bool accumulate)
        where T : unmanaged, IElement<T>
        where TWeight : unmanaged, IElement<TWeight>
    {
        using var input = Values<T>.Normal(Rows * hidden, 1);
        using var weight = Values<TWeight>.Normal(experts * hidden, 2);
        using var logits = new Values<F32>(Rows * experts);
        using var dLogits = Values<F32>.Normal(Rows * experts, 3);
        using var dInput = Values<T>.Normal(Rows * hidden, 4);
        using var dWeight = new Values<F32>(experts * hidden);
        var x = input.ToTensor(Rows, hidden).requires_grad_();
        var w = weight.ToTensor(experts, hidden).requires_grad_();
        var expected = x.matmul(w.t());
        expected.backward([dLogits.ToTensor(Rows, experts)]);
        var there = accumulate ? dInput.ToTensor(Rows, hidden) : 0 * dInput.ToTensor(Rows, hidden);

        Router.Logits(input.Data, weight.Data, (float*)logits.Data, Rows, hidden, experts);
        Router.InputGradient((float*)dLogits.Data, weight.Data, dInput.Data, accumulate, Rows, hidden, experts);
        Router.WeightGradient((float*)dLogits.Data, input.Data, (float*)dWeight.Data, Rows, hidden, experts);
        Compare.Close(expected, logits, "logits");
        Compare.Close(there + x.grad!, dInput, "input gradient");
        Compare.Close(w.grad!, dWeight, "weight gradient");
    }
}
