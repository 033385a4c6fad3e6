using Colossus.Specs.Jobs;
using Colossus.Training.Kernels;
using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class LatentHeadsTests
{
    private const int Rows = 70;

    public LatentHeadsTests() => LibtorchLoader.Load();

    public static TheoryData<int, int, int, int> Widths => new() { { 64, 128, 128, 2 }, { 6, 9, 11, 3 }, { 2, 1, 1, 1 }, { 32, 16, 5, 4 } };

    [Theory]
    [MemberData(nameof(Widths))]
    public void Heads_put_together_and_their_gradients_are_libtorchs_in_double(int rotary, int plain, int value, int heads)
    {
        Check<F32>(new LatentAttention(0, 1, rotary, plain, value), heads);
        Check<Bf16>(new LatentAttention(0, 1, rotary, plain, value), heads);
    }

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        var widths = new LatentAttention(0, 1, 6, 9, 11);
        const int Heads = 3;
        using var gradient = Values<Bf16>.Normal(Rows * Heads * (15 + 15 + 11), 1);
        Compare.SameWithThreads(() =>
        {
            using var queries = new Values<Bf16>(Rows * Heads * 15);
            using var keysValues = new Values<Bf16>(Rows * Heads * 20);
            using var rotaryKey = new Values<Bf16>(Rows * 6);
            using var packed = new Values<Bf16>(gradient.Count);
            LatentHeads.TakeApart(gradient.Data, queries.Data, keysValues.Data, rotaryKey.Data, Rows, Heads, widths);
            LatentHeads.Assemble(queries.Data, keysValues.Data, rotaryKey.Data, packed.Data, Rows, Heads, widths);
            return packed.Bytes.ToArray();
        });
    }

    private static void Check<T>(LatentAttention widths, int heads)
        where T : unmanaged, IElement<T>
    {
        (int rotary, int plain, int value, int score) = (widths.RotaryWidth, widths.PlainWidth, widths.ValueWidth, widths.ScoreWidth);
        using var queries = Values<T>.Normal(Rows * heads * score, 1);
        using var keysValues = Values<T>.Normal(Rows * heads * (plain + value), 2);
        using var rotaryKey = Values<T>.Normal(Rows * rotary, 3);
        using var packed = new Values<T>(Rows * heads * (score + score + value));
        LatentHeads.Assemble(queries.Data, keysValues.Data, rotaryKey.Data, packed.Data, Rows, heads, widths);

        var q = queries.ToTensor(Rows, heads, score).requires_grad_();
        var kv = keysValues.ToTensor(Rows, heads, plain + value).requires_grad_();
        var shared = rotaryKey.ToTensor(Rows, 1, rotary).requires_grad_();
        Tensor Halves(Tensor pairs) => pairs.reshape(Rows, -1, rotary / 2, 2).transpose(-1, -2).reshape(Rows, -1, rotary);
        var expected = cat(
            [
                cat([Halves(q.narrow(-1, plain, rotary)), q.narrow(-1, 0, plain)], -1).reshape(Rows, -1),
                cat([Halves(shared).expand(-1, heads, -1), kv.narrow(-1, 0, plain)], -1).reshape(Rows, -1),
                kv.narrow(-1, plain, value).reshape(Rows, -1),
            ],
            -1);
        Compare.Close(expected, packed, "packed");

        using var gradient = Values<T>.Normal(packed.Count, 4);
        using var dQueries = new Values<T>(queries.Count);
        using var dKeysValues = new Values<T>(keysValues.Count);
        using var dRotaryKey = new Values<T>(rotaryKey.Count);
        LatentHeads.TakeApart(gradient.Data, dQueries.Data, dKeysValues.Data, dRotaryKey.Data, Rows, heads, widths);
        expected.backward([gradient.ToTensor(Rows, heads * (score + score + value))]);
        Compare.Close(q.grad!, dQueries, "queries");
        Compare.Close(kv.grad!, dKeysValues, "keys and values");
        Compare.Close(shared.grad!, dRotaryKey, "rotary key");
    }
}
