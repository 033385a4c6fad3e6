using Colossus.Specs.Jobs;
using Colossus.Training.Kernels;
using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class FeedForwardActivationTests
{
    public FeedForwardActivationTests() => LibtorchLoader.Load();

    public static TheoryData<Activation, int> Cases => new(
        from kind in Enum.GetValues<Activation>() from ffn in (int[])[1, 37, 64] select (kind, ffn));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Fp32_is_libtorch_in_double(Activation kind, int ffn) => Check<F32>(kind, ffn, 3);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bf16_is_libtorch_in_double(Activation kind, int ffn) => Check<Bf16>(kind, ffn, 3);

    [Theory]
    [InlineData(Activation.SwiGlu)]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.SquaredRelu)]
    public void Large_and_missing_numbers_go_where_the_functions_limits_are(Activation kind)
    {
        foreach (var (x, expected) in new[] { (-1e4, 0.0), (1e4, kind == Activation.SquaredRelu ? 1e8 : 1e4), (double.NaN, double.NaN), (double.PositiveInfinity, double.PositiveInfinity) })
        {
            using var input = Values<F32>.Of(kind == Activation.SwiGlu ? [x, 1] : [x]);
            using var output = new Values<F32>(1);
            FeedForwardActivation.Forward(input.Data, output.Data, 1, 1, kind);
            Assert.Equal(expected, output.ToDoubles()[0]);
        }
    }

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        using var input = Values<Bf16>.Normal(200 * 2 * 40, 1);
        using var output = new Values<Bf16>(200 * 40);
        using var gradient = new Values<Bf16>(200 * 2 * 40);
        Compare.SameWithThreads(() =>
        {
            FeedForwardActivation.Forward(input.Data, output.Data, 200, 40, Activation.SwiGlu);
            FeedForwardActivation.Backward(output.Data, input.Data, gradient.Data, 200, 40, Activation.SwiGlu);
            return [.. output.Bytes, .. gradient.Bytes];
        });
    }

    private static void Check<T>(Activation kind, int ffn, double scale)
        where T : unmanaged, IElement<T>
    {
        const int Rows = 67;
        bool gated = kind is Activation.SwiGlu or Activation.GeGlu;
        int width = gated ? 2 * ffn : ffn;
        using var input = Values<T>.Normal(Rows * width, 1, scale);
        using var output = new Values<T>(Rows * ffn);
        using var dOutput = Values<T>.Normal(Rows * ffn, 2);
        using var dInput = new Values<T>(Rows * width);
        FeedForwardActivation.Forward(input.Data, output.Data, Rows, ffn, kind);
        FeedForwardActivation.Backward(dOutput.Data, input.Data, dInput.Data, Rows, ffn, kind);

        var x = input.ToTensor(Rows, width).requires_grad_();
        var curve = x.narrow(1, 0, ffn);
        var expected = kind switch
        {
            Activation.SwiGlu => nn.functional.silu(curve),
            Activation.SquaredRelu => nn.functional.relu(curve).square(),
            _ => 0.5 * curve * (1 + (Math.Sqrt(2 / Math.PI) * (curve + (0.044715 * curve.pow(3)))).tanh()),
        };
        expected = gated ? expected * x.narrow(1, ffn, ffn) : expected;
        expected.backward([dOutput.ToTensor(Rows, ffn)]);
        Compare.Close(expected, output, "output");
        Compare.Close(x.grad!, dInput, "gradient");
    }
}
