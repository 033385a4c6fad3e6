using Colossus.Plan.Parameters;
using Colossus.Specs.Jobs;
using Colossus.Training.Generation;
using Colossus.Training.Native;
using Colossus.Training.Tests.Engine;
using Colossus.Training.Tests.Model;

namespace Colossus.Training.Tests.Published;

/// <summary>Decoder and engine, which compute in fp32, against loops in double that follow the published descriptions.</summary>
public sealed class PublishedModelTests
{
    // The published router: four of eight groups, here two of four.
    private static readonly ModelSpec deepSeek = Shrunk("deepseek-v3") with
    {
        KvHeads = 4,
        Latent = new LatentAttention(QueryRank: 14, KeyValueRank: 10, RotaryWidth: 8, PlainWidth: 6, ValueWidth: 7),
        Experts = ModelPresets.Find("deepseek-v3")!.Model.Experts! with { Count = 12, Active = 3, Ffn = 11, Groups = 4, ActiveGroups = 2, DenseLayers = 1 },
    };
    public PublishedModelTests() => LibtorchLoader.Load();

    [Fact]
    public void Grok_1_is_the_published_model() => Check(
        Shrunk("grok-1") with { KvHeads = 2, HeadWidth = 6 }, Grok1Reference.Logits);

    [Fact]
    public void Grok_1_with_a_dense_part_in_place_of_its_experts_is_the_published_model() => Check(
        Shrunk("grok-1") with { KvHeads = 2, HeadWidth = 6, Experts = null }, Grok1Reference.Logits);

    [Fact]
    public void Llama_3_is_the_published_model() => Check(
        Shrunk("llama3-8b") with { KvHeads = 2, HeadWidth = 6 }, Llama3Reference.Logits);

    // The published scaling, of an original context so short that pairs are quick, slow and between.
    [Fact]
    public void Llama_3_1_is_the_published_model() => Check(
        Shrunk("llama3.1-8b") with { KvHeads = 2, HeadWidth = 6, RopeScaling = new RopeScaling(8, 1, 4, 16), RopeBase = 30 }, Llama3Reference.Logits);

    [Fact]
    public void DeepSeek_V3_is_the_published_model() => Check(deepSeek, DeepSeekV3Reference.Logits);

    [Fact]
    public void DeepSeek_V3_without_experts_is_the_published_model() => Check(deepSeek with { Experts = null }, DeepSeekV3Reference.Logits);

    // rope_scaling of the published config.json: yarn, factor 40, 4096 positions, β 32 and 1, mscale_all_dim 1.
    [Fact]
    public void DeepSeek_V3_with_its_longer_context_is_the_published_model() => Check(
        deepSeek with { RopeScaling = new RopeScaling(40, 1, 32, 4096) { Kind = RopeScalingKind.Yarn, ScoreGrowth = 0.1 } }, DeepSeekV3Reference.Logits);

    // Router [[1], [2], [0], [1]] · x = ln 2: probabilities 2/9, 4/9, 1/9, 2/9; the best two are experts 1 and 0, and are not divided by their sum.
    [Fact]
    public void The_mixture_of_grok_1_is_that_computed_by_hand()
    {
        Func<double[], double[]>[] experts = [static _ => [9], static _ => [18], static _ => [1000], static _ => [1000]];
        Assert.Equal((9 * 2 / 9.0) + (18 * 4 / 9.0), Grok1Reference.Mixture([1.001, 2, 0, 1], experts, 2, [Math.Log(2)])[0], 1e-2);
    }

    // Affinities 1/2, 1/3, 2/3 | 3/4, 1/5, 1/5: with the bias the first group has 0.5 + 0.1 and 2/3, the second 3/4 and 1/5. Of the first group experts 2 and 0 are chosen.
    [Fact]
    public void The_router_of_DeepSeek_V3_is_that_computed_by_hand()
    {
        double[] logits = [0, -Math.Log(2), Math.Log(2), Math.Log(3), -Math.Log(4), -Math.Log(4)];
        double[] bias = [0.1, 0, 0, 0, 0, 0];
        var chosen = DeepSeekV3Reference.Route(logits, bias, new ExpertsSpec(6, 2, 0, 1) { Groups = 2, ActiveGroups = 1, Scale = 2.5 });
        Assert.Equal([2, 0], chosen.Select(choice => choice.Expert));
        Assert.Equal(2.5 * 4 / 7, chosen[0].Weight, 1e-12);
        Assert.Equal(2.5 * 3 / 7, chosen[1].Weight, 1e-12);
    }

    private static ModelSpec Shrunk(string preset)
    {
        ModelSpec model = ModelPresets.Find(preset)!.Model;
        return model with { Layers = 2, Hidden = 24, Heads = 4, Ffn = 40, Vocab = 31, Sequence = 19, Experts = model.Experts is { } experts ? experts with { Ffn = 13 } : null };
    }

    /// <summary>
    /// Logits are of the order of 1 and pass through some hundred roundings to 24 bits, 6e-8 each; measured is less than 5e-6. A constant, a norm or a pairing that differs shows in the second digit.
    /// </summary>
    private static void Check(ModelSpec model, Func<ModelSpec, Func<string, double[]>, int[], double[][]> reference)
    {
        const double Tolerance = 2e-5;
        var table = ParameterTable.For(model);
        var random = new Random(11);
        float[] weights = RandomWeights.Of(table, random, scoreSpread: 3);
        int[] tokens = [.. Enumerable.Range(0, model.Sequence + 1).Select(_ => random.Next(model.Vocab))];
        double[] Named(string name) => [.. weights.AsSpan((int)table[name].Start, (int)table[name].Count).ToArray().Select(static weight => (double)weight)];
        double[][] expected = reference(model, Named, tokens[..^1]);

        var decoder = new Decoder(model, new DecoderWeights(table, weights));
        using var engine = new OneSequence(model, weights);
        for (int position = 0; position < model.Sequence; position++)
        {
            float[] logits = decoder.Append(tokens[position]).ToArray();
            for (int token = 0; token < model.Vocab; token++)
            {
                Assert.Equal(expected[position][token], logits[token], Tolerance * (1 + Math.Abs(expected[position][token])));
            }

            int[] targets = [.. Enumerable.Repeat(-1, model.Sequence)];
            targets[position] = tokens[position + 1];
            double loss = -Math.Log(Loops.Softmax(expected[position])[tokens[position + 1]]);
            Assert.Equal(loss, engine.Loss(tokens[..^1], targets), Tolerance * (1 + loss));
        }
    }
}
