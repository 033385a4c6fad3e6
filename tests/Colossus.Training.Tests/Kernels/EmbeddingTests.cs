using Colossus.Training.Kernels;
using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class EmbeddingTests
{
    private const int Vocab = 19;
    private static readonly VocabularyShare whole = new(0, Vocab, Vocab);

    public EmbeddingTests() => LibtorchLoader.Load();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(200, 37)]
    [InlineData(333, 600)]
    public void Fp32_is_libtorch_in_double(int rows, int width) => Check<F32>(rows, width);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(200, 37)]
    [InlineData(333, 600)]
    public void Bf16_is_libtorch_in_double(int rows, int width) => Check<Bf16>(rows, width);

    [Fact]
    public void Many_small_gradients_of_one_token_are_not_lost_in_bf16()
    {
        // 1 + 1/1024 is 1 in bf16: added one by one, 4096 of them would change nothing.
        const int Rows = 4096;
        using var gradient = Values<Bf16>.Of(Enumerable.Repeat(1.0 / 1024, Rows));
        using var table = Values<Bf16>.Of([0, 1]);
        int[] ids = [.. Enumerable.Repeat(1, Rows)];
        fixed (int* id = ids)
        {
            Embedding.ScatterAdd(gradient.Data, id, table.Data, Rows, 1, new VocabularyShare(0, 2, 2));
        }

        Assert.Equal([0, 5], table.ToDoubles());
    }

    [Fact]
    public void Ranks_that_share_the_ids_have_the_rows_and_gradients_of_their_own_and_zeros_for_others()
    {
        const int Rows = 60;
        const int Width = 33;
        using var table = Values<F32>.Normal(Vocab * Width, 1);
        using var gradient = Values<F32>.Normal(Rows * Width, 2);
        using var expected = new Values<F32>(Rows * Width);
        using var expectedTable = new Values<F32>(Vocab * Width);
        double[] sum = new double[Rows * Width];
        fixed (int* id = Ids(Rows))
        {
            Embedding.Gather(table.Data, id, expected.Data, Rows, Width, whole);
            Embedding.ScatterAdd(gradient.Data, id, expectedTable.Data, Rows, Width, whole);
            foreach (VocabularyShare share in (VocabularyShare[])[new(0, 10, 10), new(10, 9, 10)])
            {
                using var output = new Values<F32>(Rows * Width);
                using var dTable = new Values<F32>(share.Rows * Width);
                Embedding.Gather(table.Data + (share.First * Width), id, output.Data, Rows, Width, share);
                Embedding.ScatterAdd(gradient.Data, id, dTable.Data, Rows, Width, share);
                sum = [.. sum.Zip(output.ToDoubles(), (one, other) => one + other)];
                Assert.Equal(expectedTable.ToDoubles().Skip(share.First * Width).Take(share.Real * Width), dTable.ToDoubles().Take(share.Real * Width));
                Assert.All(dTable.ToDoubles().Skip(share.Real * Width), value => Assert.Equal(0, value));
            }
        }

        Assert.Equal(expected.ToDoubles(), sum);
    }

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        const int Rows = 500;
        const int Width = 700;
        using var gradient = Values<Bf16>.Normal(Rows * Width, 1);
        using var before = Values<Bf16>.Normal(Vocab * Width, 2);
        int[] ids = Ids(Rows);
        Compare.SameWithThreads(() =>
        {
            using var table = before.Copy();
            using var output = new Values<Bf16>(Rows * Width);
            fixed (int* id = ids)
            {
                Embedding.ScatterAdd(gradient.Data, id, table.Data, Rows, Width, whole);
                Embedding.Gather(table.Data, id, output.Data, Rows, Width, whole);
            }

            return [.. table.Bytes, .. output.Bytes];
        });
    }

    private static int[] Ids(int rows)
    {
        var random = new Random(4);
        return [.. Enumerable.Range(0, rows).Select(_ => Math.Max(0, random.Next(-10, Vocab)))];
    }

    private static void Check<T>(int rows, int width)
        where T : unmanaged, IElement<T>
    {
        int[] ids = Ids(rows);
        using var table = Values<T>.Normal(Vocab * width, 1);
        using var gradient = Values<T>.Normal(rows * width, 2);
        using var output = new Values<T>(rows * width);
        using var dTable = Values<T>.Normal(Vocab * width, 3);
        var before = dTable.ToTensor(Vocab, width);
        fixed (int* id = ids)
        {
            Embedding.Gather(table.Data, id, output.Data, rows, width, whole);
            Embedding.ScatterAdd(gradient.Data, id, dTable.Data, rows, width, whole);
        }

        var weights = table.ToTensor(Vocab, width).requires_grad_();
        var expected = weights.index_select(0, tensor(ids.Select(id => (long)id).ToArray()));
        expected.backward([gradient.ToTensor(rows, width)]);
        Assert.Equal(expected.detach().data<double>().ToArray(), output.ToDoubles());
        Compare.Close(weights.grad! + before, dTable, "gradient");
    }
}
