using Colossus.Training.Kernels;
using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class RmsNormTests
{
    private const float Epsilon = 1e-5f;

    public RmsNormTests() => LibtorchLoader.Load();

    public static TheoryData<int, int> Sizes => new() { { 1, 3 }, { 3, 7 }, { 65, 48 }, { 130, 100 }, { 64, 384 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Fp32_is_libtorch_in_double(int rows, int width) => Check<F32, F32>(rows, width);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Bf16_is_libtorch_in_double(int rows, int width) => Check<Bf16, Bf16>(rows, width);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void An_fp32_residual_with_bf16_branches_is_libtorch_in_double(int rows, int width) => Check<F32, Bf16>(rows, width);

    // The norm behind a part of a layer: what goes in has the format of products, the scale that of weights.
    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_bf16_input_with_an_fp32_weight_is_libtorch_in_double(int rows, int width) => CheckAlone<Bf16, F32, Bf16>(rows, width);

    [Fact]
    public void Gradients_are_added_to_what_is_there()
    {
        const int Rows = 70;
        const int Width = 20;
        using var x = Values<F32>.Normal(Rows * Width, 1);
        using var weight = Values<F32>.Normal(Width, 2);
        using var y = new Values<F32>(Rows * Width);
        using var dy = Values<F32>.Normal(Rows * Width, 3);
        using var inverse = new Values<F32>(Rows);
        using var written = new Values<F32>(Rows * Width);
        using var added = Values<F32>.Normal(Rows * Width, 4);
        using var first = new Values<F32>(Width);
        using var second = Values<F32>.Normal(Width, 5);
        double[] before = added.ToDoubles();
        double[] weightBefore = second.ToDoubles();
        RmsNorm.Forward(x.Data, weight.Data, y.Data, (float*)inverse.Data, Rows, Width, Epsilon);
        RmsNorm.Backward(dy.Data, x.Data, weight.Data, (float*)inverse.Data, written.Data, false, (float*)first.Data, Rows, Width);
        RmsNorm.Backward(dy.Data, x.Data, weight.Data, (float*)inverse.Data, added.Data, true, (float*)second.Data, Rows, Width);
        Compare.Close([.. written.ToDoubles().Zip(before, (a, b) => a + b)], added.ToDoubles(), 1e-6, "dx");
        Compare.Close([.. first.ToDoubles().Zip(weightBefore, (a, b) => a + b)], second.ToDoubles(), 1e-6, "dweight");
    }

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        const int Rows = 300;
        const int Width = 40;
        using var x = Values<Bf16>.Normal(Rows * Width, 1);
        using var weight = Values<Bf16>.Normal(Width, 2);
        using var y = new Values<Bf16>(Rows * Width);
        using var inverse = new Values<F32>(Rows);
        using var dx = new Values<Bf16>(Rows * Width);
        using var dWeight = new Values<F32>(Width);
        Compare.SameWithThreads(() =>
        {
            dWeight.Bytes.Clear();
            RmsNorm.Forward(x.Data, weight.Data, y.Data, (float*)inverse.Data, Rows, Width, Epsilon);
            RmsNorm.Backward(y.Data, x.Data, weight.Data, (float*)inverse.Data, dx.Data, false, (float*)dWeight.Data, Rows, Width);
            return [.. y.Bytes, .. inverse.Bytes, .. dx.Bytes, .. dWeight.Bytes];
        });
    }

    private static void CheckAlone<TX, TW, TY>(int rows, int width)
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY>
    {
        using var x = Values<TX>.Normal(rows * width, 1);
        using var weight = Values<TW>.Normal(width, 3);
        using var dy = Values<TY>.Normal(rows * width, 4);
        using var y = new Values<TY>(rows * width);
        using var inverse = new Values<F32>(rows);
        using var dx = new Values<TX>(rows * width);
        using var dWeight = new Values<F32>(width);
        RmsNorm.Forward(x.Data, weight.Data, y.Data, (float*)inverse.Data, rows, width, Epsilon);
        RmsNorm.Backward(dy.Data, x.Data, weight.Data, (float*)inverse.Data, dx.Data, false, (float*)dWeight.Data, rows, width);
        var input = x.ToTensor(rows, width).requires_grad_();
        var w = weight.ToTensor(width).requires_grad_();
        var expected = Norm(input, w);
        expected.backward([dy.ToTensor(rows, width)]);
        Compare.Close(expected, y, "y");
        Compare.Close(input.grad!, dx, "dx");
        Compare.Close(w.grad!, dWeight, "dweight");
    }

    private static void Check<TX, TY>(int rows, int width)
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY>
    {
        using var x = Values<TX>.Normal(rows * width, 1);
        using var branch = Values<TY>.Normal(rows * width, 2);
        using var weight = Values<TX>.Normal(width, 3);
        using var dy = Values<TY>.Normal(rows * width, 4);
        using var sum = new Values<TX>(rows * width);
        using var y = new Values<TY>(rows * width);
        using var yOfX = new Values<TY>(rows * width);
        using var inverse = new Values<F32>(rows);
        using var dx = new Values<TX>(rows * width);
        using var dWeight = new Values<F32>(width);

        RmsNorm.Forward(x.Data, weight.Data, yOfX.Data, (float*)inverse.Data, rows, width, Epsilon);
        Compare.Close(Norm(x.ToTensor(rows, width), weight.ToTensor(width)), yOfX, "y of x");

        RmsNorm.AddForward(x.Data, branch.Data, sum.Data, weight.Data, y.Data, (float*)inverse.Data, rows, width, Epsilon);
        RmsNorm.Backward(dy.Data, sum.Data, weight.Data, (float*)inverse.Data, dx.Data, false, (float*)dWeight.Data, rows, width);
        Compare.Close(x.ToTensor(rows, width) + branch.ToTensor(rows, width), sum, "sum");
        var input = sum.ToTensor(rows, width).requires_grad_();
        var w = weight.ToTensor(width).requires_grad_();
        var expected = Norm(input, w);
        expected.backward([dy.ToTensor(rows, width)]);
        Compare.Close(expected, y, "y");
        Compare.Close(input.grad!, dx, "dx");
        Compare.Close(w.grad!, dWeight, "dweight");
    }

    private static Tensor Norm(Tensor x, Tensor weight) => x * (x.square().mean([-1], keepdim: true) + Epsilon).rsqrt() * weight;
}
