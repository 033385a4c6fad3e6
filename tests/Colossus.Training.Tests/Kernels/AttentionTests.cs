using Colossus.Training.Kernels;
using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class AttentionTests
{
    public AttentionTests() => LibtorchLoader.Load();

    // batch, sequence, heads, key heads, head width
    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        { 2, 37, 4, 2, 12 },
        { 1, 1, 1, 1, 16 },
        { 2, 64, 3, 3, 64 },
        { 1, 65, 2, 1, 7 },
        { 1, 129, 2, 1, 96 },
        { 2, 300, 4, 2, 80 },
        { 1, 200, 2, 2, 128 },
        { 3, 256, 3, 1, 32 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Output_and_gradients_in_fp32_are_those_of_libtorch_in_double(int batch, int sequence, int heads, int kvHeads, int headWidth) =>
        Check<F32>(batch, sequence, heads, kvHeads, headWidth, scale: 1, factor: 2);

    // Wider than one rounding: the backward pass reads the rounded output, as every flash attention does.
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Output_and_gradients_in_bf16_are_those_of_libtorch_in_double(int batch, int sequence, int heads, int kvHeads, int headWidth) =>
        Check<Bf16>(batch, sequence, heads, kvHeads, headWidth, scale: 1, factor: 10);

    [Fact]
    public void Scores_of_hundreds_overflow_nothing() => Check<F32>(1, 150, 2, 1, 64, scale: 12, factor: 300);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void With_capped_scores_output_and_gradients_in_fp32_are_those_of_libtorch_in_double(int batch, int sequence, int heads, int kvHeads, int headWidth) =>
        Check<F32>(batch, sequence, heads, kvHeads, headWidth, scale: 1.5, factor: 3, cap: 2);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void With_capped_scores_output_and_gradients_in_bf16_are_those_of_libtorch_in_double(int batch, int sequence, int heads, int kvHeads, int headWidth) =>
        Check<Bf16>(batch, sequence, heads, kvHeads, headWidth, scale: 1.5, factor: 15, cap: 2);

    [Fact]
    public void Scores_far_beyond_the_cap_count_as_the_cap() => Check<F32>(1, 150, 2, 1, 64, scale: 12, factor: 300, cap: 30);

    [Fact]
    public void Log_sum_exp_is_libtorchs()
    {
        using var run = new Pass<F32>(2, 150, 4, 2, 24, 1);
        run.Forward();
        var (q, k, _) = run.Reference();
        var mask = ones(150, 150, ScalarType.Bool).triu(1);
        var scores = (q.matmul(k.repeat_interleave(2, dim: 1).transpose(-1, -2)) / Math.Sqrt(24)).masked_fill(mask, double.NegativeInfinity);
        Compare.Close(scores.logsumexp(-1), run.LogSumExp, "log-sum-exp");
    }

    [Fact]
    public void A_later_token_changes_no_bit_of_an_earlier_result()
    {
        using var run = new Pass<Bf16>(1, 150, 2, 1, 64, 1);
        run.Forward();
        byte[] before = run.Output.Bytes.ToArray();
        for (int i = 100 * run.Packed; i < run.Qkv.Count; i++)
        {
            run.Qkv.Data[i] = Bf16.FromFloat(7 - Bf16.ToFloat(run.Qkv.Data[i]));
        }

        run.Forward();
        int bytes = 100 * 2 * 64 * sizeof(Bf16);
        Assert.Equal(before[..bytes], run.Output.Bytes[..bytes].ToArray());
        Assert.NotEqual(before[bytes..], run.Output.Bytes[bytes..].ToArray());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_is_not_finite_in_a_key_or_a_query_is_not_finite_in_the_result(float value)
    {
        for (int column = 0; column < 3 * 16; column += 16)
        {
            using var run = new Pass<F32>(1, 70, 1, 1, 16, 1);
            run.Qkv.Data[(33 * run.Packed) + column] = F32.FromFloat(value);
            run.Forward();
            Assert.Contains(run.Output.ToDoubles(), x => !double.IsFinite(x));
            run.Backward();
            Assert.Contains(run.DQkv.ToDoubles(), x => !double.IsFinite(x));
        }
    }

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        using var run = new Pass<Bf16>(2, 150, 4, 2, 40, 1);
        Compare.SameWithThreads(() =>
        {
            run.Forward();
            run.Backward();
            return [.. run.Output.Bytes, .. run.LogSumExp.Bytes, .. run.DQkv.Bytes];
        });
    }

    private static void Check<T>(int batch, int sequence, int heads, int kvHeads, int headWidth, double scale, double factor, float cap = 0)
        where T : unmanaged, IElement<T>
    {
        using var run = new Pass<T>(batch, sequence, heads, kvHeads, headWidth, scale, cap);
        run.Forward();
        run.Backward();
        var (q, k, v) = run.Reference();
        var (keys, values) = (k.repeat_interleave(heads / kvHeads, dim: 1), v.repeat_interleave(heads / kvHeads, dim: 1));
        var attended = cap > 0 ? Capped(q, keys, values, cap) : nn.functional.scaled_dot_product_attention(q, keys, values, is_casual: true);
        var rows = attended.transpose(1, 2).reshape(batch * sequence, heads * headWidth);
        Compare.Close(rows, run.Output, "output", typeof(T) == typeof(Bf16) ? 1 : factor);
        rows.backward([run.DOutput.ToTensor(batch * sequence, heads * headWidth)]);
        var gradient = cat([q.grad!, k.grad!, v.grad!], 1).transpose(1, 2).reshape(batch * sequence, -1);
        Compare.Close(gradient, run.DQkv, "gradient", factor);
    }

    private static Tensor Capped(Tensor q, Tensor k, Tensor v, double cap)
    {
        long sequence = q.shape[2];
        var scores = cap * (q.matmul(k.transpose(-1, -2)) / (Math.Sqrt(q.shape[3]) * cap)).tanh();
        return scores.masked_fill(ones(sequence, sequence, ScalarType.Bool).triu(1), double.NegativeInfinity).softmax(-1).matmul(v);
    }

    private sealed class Pass<T>(int batch, int sequence, int heads, int kvHeads, int headWidth, double scale, float cap = 0) : IDisposable
        where T : unmanaged, IElement<T>
    {
        private readonly AttentionShape shape = new(batch, sequence, heads, kvHeads, headWidth, cap);
        private readonly AttentionQueries queries = new(new PositionRange(0, sequence));

        public int Packed { get; } = (heads + (2 * kvHeads)) * headWidth;

        public Values<T> Qkv { get; } = Values<T>.Normal((long)batch * sequence * (heads + (2 * kvHeads)) * headWidth, 1, scale);

        public Values<T> DQkv { get; } = new((long)batch * sequence * (heads + (2 * kvHeads)) * headWidth);

        public Values<T> Output { get; } = new((long)batch * sequence * heads * headWidth);

        public Values<T> DOutput { get; } = Values<T>.Normal((long)batch * sequence * heads * headWidth, 2);

        public Values<F32> LogSumExp { get; } = new((long)batch * sequence * heads);

        public void Forward() =>
            Attention.Forward(AttentionHeads<T>.Packed(Qkv.Data, shape), Output.Data, (float*)LogSumExp.Data, shape, queries);

        public void Backward() =>
            Attention.Backward(
                DOutput.Data, AttentionHeads<T>.Packed(Qkv.Data, shape), Output.Data, (float*)LogSumExp.Data, AttentionHeads<T>.Packed(DQkv.Data, shape), shape, queries);

        public (Tensor Q, Tensor K, Tensor V) Reference()
        {
            var all = Qkv.ToTensor(batch, sequence, heads + (2 * kvHeads), headWidth).transpose(1, 2);
            Tensor Part(int first, int count) => all.narrow(1, first, count).clone().requires_grad_();
            return (Part(0, heads), Part(heads, kvHeads), Part(heads + kvHeads, kvHeads));
        }

        public void Dispose()
        {
            Qkv.Dispose();
            DQkv.Dispose();
            Output.Dispose();
            DOutput.Dispose();
            LogSumExp.Dispose();
        }
    }
}
