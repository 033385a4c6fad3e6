using Colossus.Specs.Jobs;
using CsCheck;

namespace Colossus.Specs.Tests.Jobs;

/// <summary>Random jobs whose values fit each other.</summary>
internal static class JobGen
{
    private static readonly Gen<double> small = Gen.Double[1e-9, 0.999];

    private static readonly Gen<string> words = Gen.String.Where(text => !text.Contains('\0', StringComparison.Ordinal) && IsText(text));

    private static readonly Gen<ParallelSpec> parallels = Gen.Select(
        Gen.Int[1, 6], Gen.Int[0, 2], Gen.Int[1, 3], Gen.Int[1, 2], Gen.Int[0, 2], Gen.Int[0, 1], Gen.Int[0, 1])
        .SelectMany((data, tensorPower, pipeline, virtualStages, contextPower, zero, expert) => Gen.Select(Gen.Bool, Gen.Enum<Recompute>(), Gen.OneOf(PipelineSchedule.OneForwardOneBackward, PipelineSchedule.GPipe, PipelineSchedule.ZeroBubble)).Select((sequenceParallel, recompute, schedule) =>
        {
            int chunks = pipeline > 1 ? virtualStages : 1;
            return new ParallelSpec(
                data, 1 << tensorPower, pipeline, chunks, 1 << contextPower, expert == 1 ? 1 << tensorPower : 1, zero, sequenceParallel, recompute, chunks > 1 ? PipelineSchedule.Interleaved : schedule);
        }));

    private static readonly Gen<OptimizerSpec> optimizers = Gen.Select(small, Gen.Int[0, 10], Gen.Enum<Schedule>(), small, small, small, small)
        .SelectMany((rate, warmup, schedule, least, decay, beta1, beta2) => Gen.Select(small, Gen.Double[0, 100]).Select((epsilon, clip) => new OptimizerSpec(rate, warmup, schedule, least, decay, beta1, beta2, epsilon, clip)));

    private static readonly Gen<ModelSpec> models = Gen.Select(Gen.Int[6, 20], Gen.Int[1, 4], Gen.Int[0, 3], Gen.Int[1, 16], Gen.Int[1, 50], Gen.Enum<Activation>(), Gen.Int[1, 99])
        .SelectMany((layers, heads, kvShare, halfWidth, ffn, activation, vocab) => Gen.Select(Gen.Int[1, 99], Gen.Bool, Gen.Double[1, 1e7], small, Gen.Int[0, 2]).Select((sequence, tied, rope, epsilon, experts) => new ModelSpec(
            layers, heads * 16 * halfWidth, heads * 8, heads * 8 >> kvShare, 2 * halfWidth, ffn * 8, activation, vocab * 8, sequence * 64, tied, rope, epsilon,
            experts == 0 ? null : new ExpertsSpec(8, 1 + experts, experts, ffn * 8)
            {
                Router = tied ? RouterKind.Sigmoid : RouterKind.Softmax,
                Renormalize = tied,
                Scale = epsilon,
                Groups = experts * 2,
                ActiveGroups = experts * 2,
                DenseLayers = experts,
                Capacity = 2 * epsilon,
                BalanceLoss = epsilon / 2,
                ZLoss = epsilon / 3,
                BiasRate = epsilon / 4,
            })))
        .Where(model => model.Heads % model.KvHeads == 0 && model.KvHeads % 4 == 0)
        .SelectMany(model => Gen.Select(Gen.Enum<NormKind>(), Gen.Enum<PositionKind>(), Gen.Bool, Gen.Bool, Gen.Bool, Gen.Double[0, 50], small).Select((norm, positions, post, biases, heads, cap, scale) => model with
        {
            Norm = norm,
            Positions = positions,
            PostNorm = post,
            Biases = biases,
            QueryKeyNorm = heads,
            ScoreCap = cap < 1 ? 0 : cap,
            EmbeddingScale = scale,
            LogitScale = 100 * scale,
            RotaryShare = model.HeadWidth % 4 == 0 && biases ? 0.5 : 1,
            RopeScaling = post ? new RopeScaling(1 + cap, scale, 1 + scale, 1 + (int)cap) { Kind = biases ? RopeScalingKind.Yarn : RopeScalingKind.Llama3, ScoreGrowth = scale } : null,
        }))
        .Where(model => model.RopeScaling?.Kind != RopeScalingKind.Yarn || model.RopeBase > 1)
        .SelectMany(model => Gen.Select(Gen.Int[0, 30], Gen.Int[1, 30], Gen.Int[1, 8], Gen.Int[1, 20], Gen.Int[1, 20]).Select((queryRank, rank, halfRotary, plain, value) => model with
        {
            Latent = model is { Positions: PositionKind.Rotary, QueryKeyNorm: false } && model.KvHeads == model.Heads ? new LatentAttention(queryRank, rank, 2 * halfRotary, plain, value) : null,
        }));

    private static readonly Gen<DataSpec> texts = Gen.Select(words.Where(word => word.Length > 0).List[1, 3], Gen.OneOf("bytes", "cl100k", "gpt2:a b"), words, Gen.Double[0, 0.5], Gen.Bool, words)
        .Select((sources, tokenizer, field, holdout, hasCache, other) => new DataSpec(sources, tokenizer, field, holdout, hasCache ? other : null, hasCache ? BadLineRule.Skip : BadLineRule.Stop, hasCache ? AttentionScope.Document : AttentionScope.Sequence)
        {
            Exclude = hasCache ? [new ExclusionRule(Region: other), new ExclusionRule("a", null, "2024-*", field, other)] : [],
        });

    public static Gen<JobSpec> Jobs { get; } = Gen.Select(models, parallels, optimizers, texts, Gen.Int[1, 9], Gen.Int[1, 9], Gen.ULong)
        .SelectMany((model, parallel, optimizer, data, micro, accumulate, seed) => Gen.Select(Gen.Enum<Precision>(), Gen.Enum<ProductFormat>(), Gen.Long[100_000, 36_000_000_000], Gen.Int[0, 1000], Gen.Bool, words).Select((precision, products, heartbeat, number, other, word) => new JobSpec(
            $"run-{number}.x",
            model,
            data,
            new TrainSpec(10 + number, parallel.Data * micro * accumulate, micro, precision, products, optimizer, seed, number, 1 + number, number, other ? GradientSums.Exact : GradientSums.Fast),
            model.Experts is null ? parallel with { Expert = 1 } : parallel with { SequenceParallel = parallel.SequenceParallel || parallel.Tensor > 1 },
            new CheckpointSpec(other ? 50 : number, 1 + number, other),
            new ResilienceSpec(TimeSpan.FromTicks(heartbeat), number, number, 1 + number),
            other ? new WorkloadSpec(["python3", word, "true", "~", "12", "a: b", "#", "- x", "é\"\\\t\U0001F600"]) : null)));

    // Half of a surrogate pair is no text in any encoding.
    private static bool IsText(string text) => text.EnumerateRunes().All(rune => rune.Value != 0xFFFD);
}
