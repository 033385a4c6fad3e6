using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using Colossus.Training.Backends;
using Colossus.Training.Engine;
using Colossus.Training.Generation;
using Colossus.Training.Memory;
using Colossus.Training.Native;

namespace Colossus.Training.Tests.Generation;

public sealed unsafe class DecoderTests
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
        float[] weights = new float[table.FlatCount];
        foreach (var parameter in table.Parameters)
        {
            double width = parameter.Name.Contains("q_proj", StringComparison.Ordinal) || parameter.Name.Contains("k_proj", StringComparison.Ordinal) ? spread : 0.5;
            for (long i = parameter.Start; i < parameter.Start + parameter.Count; i++)
            {
                weights[i] = (float)(parameter.Decays ? (random.NextDouble() - 0.5) * width : 1);
            }
        }

        int[] tokens = [.. Enumerable.Range(0, model.Sequence + 1).Select(_ => random.Next(model.Vocab))];
        double expected = WholeSequence(model, table, weights, tokens);
        var decoder = new Decoder(model, new DecoderWeights(table, weights));
        double loss = 0;
        for (int i = 0; i < model.Sequence; i++)
        {
            var logits = decoder.Append(tokens[i]);
            double max = logits.ToArray().Max();
            loss += max + Math.Log(logits.ToArray().Sum(logit => Math.Exp(logit - max))) - logits[tokens[i + 1]];
        }

        Assert.Equal(expected, loss, 1e-3 * expected);
    }

    private static double WholeSequence(ModelSpec model, ParameterTable table, float[] weights, int[] tokens)
    {
        NumberFormats fp32 = default;
        using var executor = new StepExecutor(model, microBatch: 1, fp32, Recompute.None);
        using var arena = new Arena();
        float* flat = arena.Take<float>(weights.Length);
        weights.CopyTo(new Span<float>(flat, weights.Length));
        executor.Bind(new WeightMemory(table, fp32, (nint)flat, (nint)flat, (nint)arena.Take<float>(weights.Length)));
        tokens.AsSpan(0, tokens.Length - 1).CopyTo(executor.Arguments.Inputs);
        tokens.AsSpan(1).CopyTo(executor.Arguments.Targets);
        return executor.Evaluate();
    }
}
