using Colossus.Training.Kernels;
using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class VisitsTests
{
    private const int Tokens = 40;
    private const int Active = 3;
    private const int Rows = 100; // the last 20 visits have no row

    private static readonly int[] places = [.. Enumerable.Range(0, Tokens * Active).Select(visit => visit * 7 % 120 is var place && place < Rows ? place : -1)];
    private static readonly int[] sources = [.. Enumerable.Range(0, Rows).Select(row => Array.IndexOf(places, row) / Active)];

    public VisitsTests() => LibtorchLoader.Load();

    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(64)]
    public void Rows_go_to_experts_and_back_with_their_gradients_as_in_libtorch_in_double(int width)
    {
        Check<F32>(width, adds: false);
        Check<Bf16>(width, adds: true);
    }

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        using var input = Values<Bf16>.Normal(Tokens * 40, 1);
        using var weights = Values<F32>.Normal(Tokens * Active, 2);
        Compare.SameWithThreads(() =>
        {
            using var rows = new Values<Bf16>(Rows * 40);
            using var sums = new Values<Bf16>(Tokens * 40);
            using var dRows = new Values<Bf16>(Rows * 40);
            using var dWeights = new Values<F32>(Tokens * Active);
            Run(input, weights, rows, sums, false, input, dRows, dWeights, 40);
            return [.. rows.Bytes, .. sums.Bytes, .. dRows.Bytes, .. dWeights.Bytes];
        });
    }

    private static void Check<T>(int width, bool adds)
        where T : unmanaged, IElement<T>
    {
        using var input = Values<T>.Normal(Tokens * width, 1);
        using var weights = Values<F32>.Normal(Tokens * Active, 2);
        using var rows = new Values<T>(Rows * width);
        using var sums = Values<T>.Normal(Tokens * width, 3);
        using var dSums = Values<T>.Normal(Tokens * width, 4);
        using var dRows = new Values<T>(Rows * width);
        using var dWeights = new Values<F32>(Tokens * Active);
        using var back = new Values<T>(Tokens * width);
        var there = adds ? sums.ToTensor(Tokens, width) : 0 * sums.ToTensor(Tokens, width);
        Run(input, weights, rows, sums, adds, dSums, dRows, dWeights, width);
        fixed (int* place = places)
        {
            Visits.Sum(dRows.Data, place, null, back.Data, adds: false, Tokens, Active, width);
        }

        var x = input.ToTensor(Tokens, width).requires_grad_();
        var w = weights.ToTensor(Tokens, Active).requires_grad_();
        var dispatched = x.index_select(0, tensor(sources.Select(source => (long)source).ToArray()));
        dispatched.retain_grad();
        var padded = cat([dispatched, zeros(1, width, ScalarType.Float64)]);
        var visited = padded.index_select(0, tensor(places.Select(place => place < 0 ? Rows : (long)place).ToArray())).reshape(Tokens, Active, width);
        var expected = there + (visited * w.unsqueeze(-1)).sum(1);
        expected.backward([dSums.ToTensor(Tokens, width)]);
        Assert.Equal(dispatched.detach().reshape(-1).data<double>().ToArray(), rows.ToDoubles());
        Compare.Close(expected, sums, "sums");
        Compare.Close(dispatched.grad!, dRows, "gradient of rows");
        Compare.Close(w.grad!, dWeights, "gradient of weights");
        Compare.Close(x.grad!, back, "gradient of the input", factor: 2); // rounded as a row first
    }

    private static void Run<T>(Values<T> input, Values<F32> weights, Values<T> rows, Values<T> sums, bool adds, Values<T> dSums, Values<T> dRows, Values<F32> dWeights, int width)
        where T : unmanaged, IElement<T>
    {
        fixed (int* place = places, source = sources)
        {
            Visits.Dispatch(input.Data, source, rows.Data, Tokens, Rows, width);
            Visits.Sum(rows.Data, place, (float*)weights.Data, sums.Data, adds, Tokens, Active, width);
            Visits.SumGradient(dSums.Data, rows.Data, place, (float*)weights.Data, dRows.Data, (float*)dWeights.Data, Tokens, Active, width);
        }
    }
}
