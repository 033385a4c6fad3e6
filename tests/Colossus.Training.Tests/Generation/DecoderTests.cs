using Colossus.Plan.Parameters;
using Colossus.Specs.Jobs;
using Colossus.Training.Engine;
using Colossus.Training.Generation;
using Colossus.Training.Native;
using Colossus.Training.Tests.Engine;
using Colossus.Training.Tests.Model;

namespace Colossus.Training.Tests.Generation;

public sealed class DecoderTests
{
    public DecoderTests() => LibtorchLoader.Load();

    [Theory]
    [InlineData(Activation.SwiGlu, 2, false, 0.5)]
    [InlineData(Activation.GeGlu, 4, true, 0.5)]
    [InlineData(Activation.Gelu, 1, false, 0.5)]
    [InlineData(Activation.SquaredRelu, 2, true, 0.5)]
    [InlineData(Activation.SwiGlu, 2, false, 12)] // attention scores far beyond what an exponential holds
    public void One_token_at_a_time_gives_the_loss_of_the_whole_sequence(Activation activation, int kvHeads, bool tied, double spread)
    {
        var model = new ModelSpec(Layers: 2, Hidden: 48, Heads: 4, kvHeads, HeadWidth: 12, Ffn: 80, activation, Vocab: 61, Sequence: 37, tied);
        var table = ParameterTable.For(model);
        var random = new Random(3);
        float[] weights = RandomWeights.Of(table, random, spread);
        int[] tokens = [.. Enumerable.Range(0, model.Sequence + 1).Select(_ => random.Next(model.Vocab))];
        double expected = WholeSequence(model, weights, tokens);
        Assert.Equal(expected, LossOf(new Decoder(model, new DecoderWeights(table, weights)), tokens), 1e-3 * expected);
    }

    [Theory]
    [MemberData(nameof(Architectures.Names), MemberType = typeof(Architectures))]
    public void Logits_of_every_architecture_are_those_of_the_engine(string name)
    {
        var model = Architectures.Of(name);
        var table = ParameterTable.For(model);
        var random = new Random(5);
        float[] weights = RandomWeights.Of(table, random, scoreSpread: 1);
        using var engine = new OneSequence(model, weights);
        int[] tokens = [.. Enumerable.Range(0, model.Sequence).Select(_ => random.Next(model.Vocab))];
        var decoder = new Decoder(model, new DecoderWeights(table, weights));
        for (int position = 0; position < model.Sequence; position++)
        {
            double[] logits = [.. decoder.Append(tokens[position]).ToArray().Select(logit => (double)logit)];
            if (position % 12 != 0)
            {
                continue;
            }

            // The loss of one place alone, for each token that might follow, is the logarithm of its probability.
            double sum = logits.Max() + Math.Log(logits.Sum(logit => Math.Exp(logit - logits.Max())));
            for (int next = 0; next < model.Vocab; next++)
            {
                int[] targets = [.. Enumerable.Repeat(-1, model.Sequence)];
                targets[position] = next;
                Assert.Equal(engine.Loss(tokens, targets), sum - logits[next], 1e-3);
            }
        }
    }

    [Fact]
    public void Within_documents_the_decoder_gives_the_loss_of_the_engine()
    {
        var model = new ModelSpec(Layers: 2, Hidden: 48, Heads: 4, 2, HeadWidth: 12, Ffn: 80, Activation.SwiGlu, Vocab: 61, Sequence: 37);
        var table = ParameterTable.For(model);
        var random = new Random(3);
        float[] weights = RandomWeights.Of(table, random, scoreSpread: 2);
        int[] tokens = [.. Enumerable.Range(0, model.Sequence + 1).Select(_ => random.Next(1, model.Vocab))];
        tokens[0] = tokens[9] = tokens[10] = tokens[23] = 0;
        using var engine = new OneSequence(model, weights, AttentionScope.Document);
        Batches.FindDocuments(tokens.AsSpan(0, model.Sequence), 0, engine.FirstVisible);
        double expected = engine.Loss(tokens[..^1], tokens[1..]);
        Assert.Equal(expected, LossOf(new Decoder(model, new DecoderWeights(table, weights), documentStart: 0), tokens), 1e-3 * expected);
        Assert.NotEqual(expected, LossOf(new Decoder(model, new DecoderWeights(table, weights)), tokens), 1e-2 * expected);
    }

    private static double LossOf(Decoder decoder, int[] tokens)
    {
        double loss = 0;
        for (int i = 0; i < tokens.Length - 1; i++)
        {
            var logits = decoder.Append(tokens[i]);
            double max = logits.ToArray().Max();
            loss += max + Math.Log(logits.ToArray().Sum(logit => Math.Exp(logit - max))) - logits[tokens[i + 1]];
        }

        return loss;
    }

    private static double WholeSequence(ModelSpec model, float[] weights, int[] tokens)
    {
        using var engine = new OneSequence(model, weights);
        return engine.Loss(tokens[..^1], tokens[1..]);
    }
}
