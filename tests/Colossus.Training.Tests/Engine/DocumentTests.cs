using Colossus.Data.Shards;
using Colossus.Plan.Parameters;
using Colossus.Specs.Jobs;
using Colossus.Training.Engine;
using Colossus.Training.Memory;
using Colossus.Training.Native;

namespace Colossus.Training.Tests.Engine;

/// <summary>Attention that stays within documents.</summary>
public sealed unsafe class DocumentTests
{
    /// <summary>
    /// The same sums of fp32 in another order, and rotary angles of other positions. Measured is 4e-7 of the gradient's norm; where tokens see the other document too, it is more than a
    /// thousand times the tolerance.
    /// </summary>
    private const double Rounding = 2e-6;

    private const int First = 41;
    private const int EndOfText = 3;
    private static readonly ModelSpec model = new(2, 48, 4, 2, 12, 80, Activation.SwiGlu, 61, 100);

    public DocumentTests() => LibtorchLoader.Load();

    [Fact]
    public void A_document_begins_with_the_end_of_text_before_it_and_may_be_cut_by_its_sample()
    {
        int[] found = new int[9];
        Batches.FindDocuments([5, 6, EndOfText, 7, EndOfText, EndOfText, 8, 9, 9], EndOfText, found);
        Assert.Equal([0, 0, 2, 2, 4, 5, 5, 5, 5], found);
        Assert.Equal(1 + 2 + 1 + 2 + 1 + 1 + 2 + 3 + 4, Batches.Visible(found, sequence: 9));
        Assert.Equal(1 + 2 + 3 + 1 + 2 + 3, Batches.Visible([0, 0, 0, 0, 0, 0], sequence: 3));
    }

    [Theory]
    [InlineData(Recompute.None)]
    [InlineData(Recompute.Selective)]
    [InlineData(Recompute.Full)]
    public void Two_documents_in_a_sample_have_the_loss_and_gradients_of_two_samples(Recompute recompute)
    {
        int[] tokens = Tokens();
        var (loss, gradients) = Run(AttentionScope.Document, recompute, [tokens]);
        var (apart, gradientsApart) = Run(AttentionScope.Sequence, recompute, [tokens[..(First + 1)], tokens[First..]]);
        Assert.Equal(apart, loss, Rounding * apart);
        Assert.InRange(Difference(gradientsApart, gradients), 0, Rounding);

        var (_, mixed) = Run(AttentionScope.Sequence, recompute, [tokens]);
        Assert.True(Difference(gradientsApart, mixed) > 1000 * Rounding, "a sample whose tokens see all before them has the same gradients");
    }

    [Theory]
    [InlineData("parallel.data=1")]
    [InlineData("parallel.data=2")]
    [InlineData("parallel.pipeline=2")]
    public void A_run_tells_how_many_tokens_a_token_sees(string layout)
    {
        using var job = new SmallJob();
        var run = new SmallRun();
        job.Train(run, ["train.steps=3", "data.attention=document", "model.sequence=512", "train.microBatch=2", layout]);
        JobSpec spec = run.Job!;
        using var corpus = job.OpenCorpus(spec);
        var order = new SampleOrder(spec.Train.Seed, corpus.TrainSamples(512));
        int[] window = new int[513];
        foreach (var step in run.Steps)
        {
            // Counted another way: a token sees those before it up to the last end of text.
            long visible = 0;
            for (int place = 0; place < spec.Train.GlobalBatch; place++)
            {
                corpus.ReadTrain(order.SampleAt(((step.Step - 1) * spec.Train.GlobalBatch) + place), 512, window);
                visible += Enumerable.Range(0, 512).Sum(position => position + 1 - Math.Max(0, Array.LastIndexOf(window, corpus.Info.EndOfText, position)));
            }

            Assert.Equal((double)visible / step.Tokens, step.VisibleTokens);
        }

        Assert.Contains(run.Steps, step => step.VisibleTokens < 256.5);
    }

    [Fact]
    public void A_run_whose_tokens_see_their_whole_sample_tells_of_no_documents() =>
        Assert.All(SmallRun.Train("train.steps=2").Steps, step => Assert.Null(step.VisibleTokens));

    // The second document begins at First; the token behind the last is a target alone.
    private static int[] Tokens()
    {
        var random = new Random(7);
        int[] tokens = [.. Enumerable.Range(0, model.Sequence + 1).Select(_ => random.Next(EndOfText + 1, model.Vocab))];
        tokens[First] = EndOfText;
        return tokens;
    }

    private static double Difference(float[] expected, float[] actual) => Math.Sqrt(
        expected.Zip(actual, (x, y) => Math.Pow(x - (double)y, 2)).Sum() / expected.Sum(x => (double)x * x));

    // A micro-batch of sequences, padded behind; padding has no targets.
    private static (double Loss, float[] Gradients) Run(AttentionScope scope, Recompute recompute, int[][] sequences)
    {
        var table = ParameterTable.For(model);
        using var arena = new Arena();
        using var rank = new SoloRank(model, sequences.Length, default, recompute, scope);
        int count = (int)table.FlatCount;
        float* weights = arena.Take<float>(count);
        float* gradients = arena.Take<float>(table.Buckets[^1].Range.End);
        var random = new Random(5);
        for (int i = 0; i < count; i++)
        {
            weights[i] = (float)(random.NextDouble() - 0.5);
        }

        rank.Bind((nint)weights, (nint)weights, (nint)gradients);
        Array.Fill(rank.Arguments.Targets, -1);
        for (int i = 0; i < sequences.Length; i++)
        {
            int start = i * model.Sequence;
            sequences[i][..^1].CopyTo(rank.Arguments.Inputs, start);
            sequences[i][1..].CopyTo(rank.Arguments.Targets, start);
            Batches.FindDocuments(rank.Arguments.Inputs.AsSpan(start, model.Sequence), EndOfText, rank.Arguments.FirstVisible.AsSpan(start));
        }

        double loss = rank.ForwardBackward();
        return (loss, new Span<float>(gradients, count).ToArray());
    }
}
