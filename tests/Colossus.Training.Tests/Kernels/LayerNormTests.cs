using Colossus.Training.Kernels;
using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class LayerNormTests
{
    private const float Epsilon = 1e-5f;

    public LayerNormTests() => LibtorchLoader.Load();

    public static TheoryData<int, int> Sizes => new() { { 3, 7 }, { 65, 48 }, { 130, 100 }, { 64, 384 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Fp32_is_libtorch_in_double(int rows, int width) => Check<F32, F32, F32>(rows, width);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Bf16_is_libtorch_in_double(int rows, int width) => Check<Bf16, Bf16, Bf16>(rows, width);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void An_fp32_residual_with_bf16_branches_is_libtorch_in_double(int rows, int width) => Check<F32, F32, Bf16>(rows, width);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_bf16_input_with_fp32_vectors_is_libtorch_in_double(int rows, int width) => Check<Bf16, F32, Bf16>(rows, width);

    [Fact]
    public void A_large_mean_takes_nothing_from_the_deviation()
    {
        using var x = Values<F32>.Of(Enumerable.Range(0, 64).Select(i => 1000.0 + (i % 2)));
        using var one = Values<F32>.Of(Enumerable.Repeat(1.0, 64));
        using var zero = new Values<F32>(64);
        using var y = new Values<F32>(64);
        using var statistics = new Values<F32>(2);
        LayerNorm.Forward(x.Data, one.Data, zero.Data, y.Data, (float*)statistics.Data, 1, 64, Epsilon);
        Assert.All(y.ToDoubles(), value => Assert.Equal(1, Math.Abs(value), 1e-4));
    }

    [Fact]
    public void The_gradient_of_the_input_is_added_to_what_is_there()
    {
        const int Rows = 70;
        const int Width = 20;
        using var x = Values<F32>.Normal(Rows * Width, 1);
        using var weight = Values<F32>.Normal(Width, 2);
        using var y = new Values<F32>(Rows * Width);
        using var dy = Values<F32>.Normal(Rows * Width, 3);
        using var statistics = new Values<F32>(2 * Rows);
        using var written = new Values<F32>(Rows * Width);
        using var added = Values<F32>.Normal(Rows * Width, 4);
        using var vectors = new Values<F32>(2 * Width);
        double[] before = added.ToDoubles();
        LayerNorm.Forward(x.Data, weight.Data, weight.Data, y.Data, (float*)statistics.Data, Rows, Width, Epsilon);
        LayerNorm.Backward(dy.Data, x.Data, weight.Data, (float*)statistics.Data, written.Data, false, (float*)vectors.Data, Rows, Width);
        LayerNorm.Backward(dy.Data, x.Data, weight.Data, (float*)statistics.Data, added.Data, true, (float*)vectors.Data, Rows, Width);
        Compare.Close([.. written.ToDoubles().Zip(before, (a, b) => a + b)], added.ToDoubles(), 1e-6, "dx");
    }

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        const int Rows = 300;
        const int Width = 40;
        using var x = Values<Bf16>.Normal(Rows * Width, 1);
        using var weight = Values<Bf16>.Normal(Width, 2);
        using var y = new Values<Bf16>(Rows * Width);
        using var statistics = new Values<F32>(2 * Rows);
        using var dx = new Values<Bf16>(Rows * Width);
        using var vectors = new Values<F32>(2 * Width);
        Compare.SameWithThreads(() =>
        {
            LayerNorm.Forward(x.Data, weight.Data, weight.Data, y.Data, (float*)statistics.Data, Rows, Width, Epsilon);
            LayerNorm.Backward(y.Data, x.Data, weight.Data, (float*)statistics.Data, dx.Data, false, (float*)vectors.Data, Rows, Width);
            return [.. y.Bytes, .. statistics.Bytes, .. dx.Bytes, .. vectors.Bytes];
        });
    }

    private static void Check<TX, TW, TY>(int rows, int width)
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY>
    {
        using var x = Values<TX>.Normal(rows * width, 1);
        using var weight = Values<TW>.Normal(width, 2);
        using var bias = Values<TW>.Normal(width, 3);
        using var dy = Values<TY>.Normal(rows * width, 4);
        using var y = new Values<TY>(rows * width);
        using var statistics = new Values<F32>(2 * rows);
        using var dx = new Values<TX>(rows * width);
        using var vectors = Values<F32>.Normal(2 * width, 5);
        LayerNorm.Forward(x.Data, weight.Data, bias.Data, y.Data, (float*)statistics.Data, rows, width, Epsilon);
        LayerNorm.Backward(dy.Data, x.Data, weight.Data, (float*)statistics.Data, dx.Data, false, (float*)vectors.Data, rows, width);

        var input = x.ToTensor(rows, width).requires_grad_();
        var w = weight.ToTensor(width).requires_grad_();
        var b = bias.ToTensor(width).requires_grad_();
        var expected = nn.functional.layer_norm(input, [width], w, b, Epsilon);
        expected.backward([dy.ToTensor(rows, width)]);
        Compare.Close(expected, y, "y");
        Compare.Close(input.grad!, dx, "dx", 2);
        Compare.Close(cat([w.grad!, b.grad!]), vectors, "vectors");
    }
}
