using Colossus.Training.Kernels;
using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class CrossEntropyTests
{
    private const int Rows = 45;

    public CrossEntropyTests() => LibtorchLoader.Load();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(37, 1)]
    [InlineData(256, 4)]
    [InlineData(1003, 50)]
    public void Fp32_is_libtorch_in_double(int vocab, double scale) => Check<F32>(vocab, scale);

    [Theory]
    [InlineData(37, 1)]
    [InlineData(256, 4)]
    [InlineData(1003, 50)]
    public void Bf16_is_libtorch_in_double(int vocab, double scale) => Check<Bf16>(vocab, scale);

    [Fact]
    public void Logits_of_ten_thousand_overflow_nothing()
    {
        using var logits = Values<F32>.Of([1e4, -1e4, 0]);
        float loss;
        int target = 1;
        CrossEntropy.Losses(logits.Data, &target, &loss, 1, VocabularyShare.Whole(3), 1);
        Assert.Equal(2e4f, loss);
        Assert.Equal([1, -1, 0], logits.ToDoubles());
    }

    [Theory]
    [InlineData(0, float.NaN)]
    [InlineData(19, float.NaN)]
    [InlineData(3, float.PositiveInfinity)]
    public void A_logit_that_is_not_finite_shows_in_the_loss(int at, float value)
    {
        using var logits = Values<F32>.Normal(20, 1);
        logits.Data[at] = F32.FromFloat(value);
        float loss;
        int target = 7;
        CrossEntropy.Losses(logits.Data, &target, &loss, 1, VocabularyShare.Whole(20), scale: null);
        Assert.False(float.IsFinite(loss));
    }

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        using var source = Values<Bf16>.Normal(Rows * 100, 1);
        int[] targets = [.. Enumerable.Range(0, Rows)];
        Compare.SameWithThreads(() =>
        {
            using var logits = source.Copy();
            using var losses = new Values<F32>(Rows);
            fixed (int* target = targets)
            {
                CrossEntropy.Losses(logits.Data, target, (float*)losses.Data, Rows, VocabularyShare.Whole(100), 0.5f);
            }

            return [.. logits.Bytes, .. losses.Bytes];
        });
    }

    [Theory]
    [InlineData(64, 2, 32)]
    [InlineData(37, 3, 16)]
    [InlineData(20, 4, 128)]
    public void Ranks_that_share_a_vocabulary_have_the_loss_of_the_whole_and_their_part_of_its_gradient(int vocab, int ranks, int rows)
    {
        using var whole = Values<F32>.Normal(Rows * vocab, 1, 4);
        using var losses = new Values<F32>(Rows);
        VocabularyShare[] shares = [.. Enumerable.Range(0, ranks).Select(rank => new VocabularyShare(rank * rows, Math.Clamp(vocab - (rank * rows), 0, rows), rows))];
        double[][] parts = [.. shares.Select(share => PartOf(whole.ToDoubles(), vocab, share))];
        float[] statistics = new float[ranks * Rows * 3];
        int[] targets = [.. Enumerable.Range(0, Rows).Select(row => row % 7 == 3 ? -1 : row * 31 % vocab)];
        fixed (int* target = targets)
        fixed (float* all = statistics)
        {
            for (int rank = 0; rank < ranks; rank++)
            {
                using var logits = Values<F32>.Of(parts[rank]);
                CrossEntropy.Statistics(logits.Data, target, all + (rank * Rows * 3), Rows, shares[rank]);
            }

            CrossEntropy.Losses(whole.Data, target, (float*)losses.Data, Rows, VocabularyShare.Whole(vocab), 0.5f);
            for (int rank = 0; rank < ranks; rank++)
            {
                using var logits = Values<F32>.Of(parts[rank]);
                using var mine = new Values<F32>(Rows);
                CrossEntropy.Losses(logits.Data, target, (float*)mine.Data, Rows, shares[rank], 0.5f, all, ranks);

                // Sums of exponentials are bracketed otherwise: a few units in the last place.
                Assert.All(losses.ToDoubles().Zip(mine.ToDoubles()), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
                Assert.All(PartOf(whole.ToDoubles(), vocab, shares[rank]).Zip(logits.ToDoubles()), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
            }
        }
    }

    // The columns of a share, and zeros for its padding: a wrong mask shows in the padding's gradient.
    private static double[] PartOf(double[] whole, int vocab, VocabularyShare share) =>
        [.. Enumerable.Range(0, Rows).SelectMany(row => Enumerable.Range(0, share.Rows).Select(column => column < share.Real ? whole[(row * vocab) + share.First + column] : 0))];

    private static void Check<T>(int vocab, double scale)
        where T : unmanaged, IElement<T>
    {
        const float GradientScale = 0.25f;
        using var logits = Values<T>.Normal(Rows * vocab, 1, scale);
        using var losses = new Values<F32>(Rows);
        using var again = new Values<F32>(Rows);
        var x = logits.ToTensor(Rows, vocab).requires_grad_();
        int[] targets = [.. Enumerable.Range(0, Rows).Select(row => row % 7 == 3 ? -1 : row * 31 % vocab)];
        fixed (int* target = targets)
        {
            CrossEntropy.Losses(logits.Data, target, (float*)again.Data, Rows, VocabularyShare.Whole(vocab), scale: null);
            CrossEntropy.Losses(logits.Data, target, (float*)losses.Data, Rows, VocabularyShare.Whole(vocab), GradientScale);
        }

        var expected = nn.functional.cross_entropy(
            x, tensor(targets.Select(id => (long)id).ToArray()), ignore_index: -1, reduction: nn.Reduction.None);
        (expected * GradientScale).sum().backward();
        Compare.Close(expected, losses, "loss");
        Compare.Close(x.grad!, logits, "gradient");
        Assert.Equal(losses.ToDoubles(), again.ToDoubles());
        for (int row = 3; row < Rows; row += 7)
        {
            Assert.Equal(0, losses.ToDoubles()[row]);
            Assert.All(logits.ToDoubles().Skip(row * vocab).Take(vocab), gradient => Assert.Equal(0, gradient));
        }
    }
}
