using Colossus.Training.Kernels;
using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class HeadNormTests
{
    private const float Epsilon = 1e-5f;

    public HeadNormTests() => LibtorchLoader.Load();

    // rows, heads, key heads, head width
    public static TheoryData<int, int, int, int> Shapes => new() { { 3, 1, 1, 2 }, { 70, 4, 2, 12 }, { 130, 3, 3, 32 }, { 65, 6, 1, 40 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Fp32_is_libtorch_in_double(int rows, int heads, int kvHeads, int headWidth) => Check<F32, F32>(rows, heads, kvHeads, headWidth);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Bf16_is_libtorch_in_double(int rows, int heads, int kvHeads, int headWidth) => Check<Bf16, Bf16>(rows, heads, kvHeads, headWidth);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Bf16_heads_with_fp32_scales_are_libtorch_in_double(int rows, int heads, int kvHeads, int headWidth) => Check<Bf16, F32>(rows, heads, kvHeads, headWidth);

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        Compare.SameWithThreads(() =>
        {
            using var run = new Pass<Bf16, Bf16>(300, new AttentionShape(1, 1, 4, 2, 24));
            run.Run();
            return [.. run.Y.Bytes, .. run.Inverse.Bytes, .. run.Dx.Bytes, .. run.DScales.Bytes];
        });
    }

    private static void Check<T, TW>(int rows, int heads, int kvHeads, int headWidth)
        where T : unmanaged, IElement<T>
        where TW : unmanaged, IElement<TW>
    {
        using var run = new Pass<T, TW>(rows, new AttentionShape(1, 1, heads, kvHeads, headWidth));
        run.Run();
        var x = run.X.ToTensor(rows, heads + (2 * kvHeads), headWidth).requires_grad_();
        var q = run.QueryScale.ToTensor(headWidth).requires_grad_();
        var k = run.KeyScale.ToTensor(headWidth).requires_grad_();
        var expected = cat([Norm(x.narrow(1, 0, heads)) * q, Norm(x.narrow(1, heads, kvHeads)) * k, x.narrow(1, heads + kvHeads, kvHeads)], 1);
        expected.backward([run.Dy.ToTensor(rows, heads + (2 * kvHeads), headWidth)]);
        Compare.Close(expected, run.Y, "y");
        Compare.Close(x.grad!, run.Dx, "dx", 2);
        Compare.Close(cat([q.grad!, k.grad!]), run.DScales, "scales");
    }

    private static Tensor Norm(Tensor x) => x * (x.square().mean([-1], keepdim: true) + Epsilon).rsqrt();

    private sealed class Pass<T, TW>(int rows, AttentionShape shape) : IDisposable
        where T : unmanaged, IElement<T>
        where TW : unmanaged, IElement<TW>
    {
        public Values<T> X { get; } = Values<T>.Normal(Elements(rows, shape), 1);

        public Values<T> Y { get; } = new(Elements(rows, shape));

        public Values<T> Dy { get; } = Values<T>.Normal(Elements(rows, shape), 2);

        public Values<T> Dx { get; } = new(Elements(rows, shape));

        public Values<TW> QueryScale { get; } = Values<TW>.Normal(shape.HeadWidth, 3);

        public Values<TW> KeyScale { get; } = Values<TW>.Normal(shape.HeadWidth, 4);

        public Values<F32> Inverse { get; } = new(rows * (shape.Heads + shape.KvHeads));

        public Values<F32> DScales { get; } = new(2 * shape.HeadWidth);

        public void Run()
        {
            HeadNorm.Forward(X.Data, QueryScale.Data, KeyScale.Data, Y.Data, (float*)Inverse.Data, rows, shape, Epsilon);
            HeadNorm.Backward(Dy.Data, X.Data, QueryScale.Data, KeyScale.Data, (float*)Inverse.Data, Dx.Data, (float*)DScales.Data, rows, shape);
        }

        public void Dispose()
        {
            X.Dispose();
            Y.Dispose();
            Dy.Dispose();
            Dx.Dispose();
            QueryScale.Dispose();
            KeyScale.Dispose();
            Inverse.Dispose();
            DScales.Dispose();
        }

        private static int Elements(int rows, AttentionShape shape) => rows * (shape.Heads + (2 * shape.KvHeads)) * shape.HeadWidth;
    }
}
