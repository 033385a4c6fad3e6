using System.Runtime.InteropServices;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Training.Tests.Steps;

/// <summary>Loss and gradients of several ranks against those of one rank on the same batch, and against each other.</summary>
public sealed class ValueTests
{
    /// <summary>Sequences of the batch: so many micro-batches of one.</summary>
    private const int Batch = 12;

    /// <summary>
    /// A gradient is the sum of those of 12 micro-batches. Layouts differ in how the sum is bracketed: each of at most 12 additions rounds to 24 bits, 2⁻²⁴ of its operands, which are not
    /// much longer than the sum. Measured is at most 1.2e-7 of its norm; a rank or micro-batch too few or too many changes it by a twelfth and more.
    /// </summary>
    private const double Bracketing = 1e-6;

    /// <summary>
    /// Where ranks share a matrix, sums over its inputs are bracketed otherwise: some dozen roundings of 2⁻²⁴ one behind the other through the layers. Of key biases, whose gradients nearly cancel,
    /// it is 4e-5 of what is left.
    /// </summary>
    private const double Divided = 1e-4;

    /// <summary>With bf16 operands summands are rounded to 8 bits before they are added: as often again as products themselves are. The error is compared with that of one rank in the same formats.</summary>
    private const double DividedRatio = 2;

    private static readonly ModelSpec dense = new(3, 96, 4, 2, 24, 160, Activation.SwiGlu, 101, 24);

    private static readonly ModelSpec experts = dense with { Experts = new ExpertsSpec(4, 2, 1, 40) { Router = RouterKind.Sigmoid, BiasRate = 0.001, DenseLayers = 1 } };

    private static readonly NumberFormats fp32 = new(false, false, false);
    private static readonly NumberFormats bf16 = new(true, true, true);
    private static readonly NumberFormats autocast = new(false, true, false);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ranks_that_share_a_batch_have_the_loss_and_every_gradient_of_one_rank(bool tied)
    {
        foreach (NumberFormats formats in (NumberFormats[])[fp32, bf16, autocast])
        {
            StepRun alone = Run(formats, tied, new(1));
            for (int zero = 0; zero <= 3; zero++)
            {
                foreach (Split split in (Split[])[new(2, Zero: zero), new(3, Zero: zero), new(4, Zero: zero), new(2, Pipeline: 2, Zero: zero)])
                {
                    AssertClose(alone, Run(formats, tied, split), $"{split}, {formats}");
                }
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ZeRO_0_and_1_have_the_same_bits(bool tied) => SameBits(tied, [new(2), new(2, Zero: 0)], [new(3), new(3, Zero: 0)], [new(4), new(4, Zero: 0)], [new(1), new(1, Zero: 0)]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ZeRO_2_and_3_have_the_bits_of_ZeRO_1_with_one_micro_batch_and_of_each_other_with_more(bool tied) => SameBits(
        tied,
        [new(2, MicroBatch: 6), new(2, Zero: 2, MicroBatch: 6), new(2, Zero: 3, MicroBatch: 6)],
        [new(3, MicroBatch: 4), new(3, Zero: 2, MicroBatch: 4), new(3, Zero: 3, MicroBatch: 4)],
        [new(2, Zero: 2), new(2, Zero: 3)],
        [new(2, Pipeline: 2, Zero: 2), new(2, Pipeline: 2, Zero: 3), new(2, Zero: 2)]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pipelines_and_schedules_have_the_bits_of_one_stage(bool tied) => SameBits(
        tied,
        [
            new(1), new(1, Pipeline: 2), new(1, Pipeline: 3), new(1, Pipeline: 4), new(1, Pipeline: 3, Schedule: PipelineSchedule.GPipe), new(1, Pipeline: 3, Schedule: PipelineSchedule.ZeroBubble),
            new(1, Pipeline: 2, Schedule: PipelineSchedule.Interleaved, VirtualStages: 2), new(1, Pipeline: 3, Zero: 0),
        ],
        [new(2), new(2, Pipeline: 2), new(2, Pipeline: 2, Zero: 0), new(2, Pipeline: 4, Schedule: PipelineSchedule.ZeroBubble)]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ranks_that_share_each_matrix_have_the_loss_and_every_gradient_of_one_rank(bool tied)
    {
        foreach (ModelSpec model in (ModelSpec[])[Model(tied), Rich(tied)])
        {
            StepRun exact = StepRun.Of(model, Of(new Split(1)), fp32);
            foreach (NumberFormats formats in (NumberFormats[])[fp32, bf16, autocast])
            {
                StepRun alone = StepRun.Of(model, Of(new Split(1)), formats);
                foreach (Split split in (Split[])
                    [new(1, Tensor: 2), new(1, Tensor: 2, Sequence: true), new(1, Tensor: 4), new(1, Tensor: 4, Sequence: true), new(2, Tensor: 2, Sequence: true, Zero: 0), new(2, Tensor: 2, Zero: 3),
                        new(1, Tensor: 2, Sequence: true, Pipeline: 2), new(1, Tensor: 2, Pipeline: 3, Schedule: PipelineSchedule.ZeroBubble), new(2, Tensor: 2, Pipeline: 2, Sequence: true, Zero: 2)])
                {
                    AssertAsGood(exact, alone, StepRun.Of(model, Of(split), formats), $"{split}, {formats}");
                }
            }
        }
    }

    [Theory]
    [InlineData(AttentionScope.Sequence)]
    [InlineData(AttentionScope.Document)]
    public void Ranks_that_share_each_sequence_have_the_loss_and_every_gradient_of_one_rank(AttentionScope scope)
    {
        foreach (ModelSpec model in (ModelSpec[])[Model(false), Rich(true)])
        {
            StepRun exact = StepRun.Of(model, Of(new Split(1)), fp32, scope: scope);
            foreach (NumberFormats formats in (NumberFormats[])[fp32, bf16, autocast])
            {
                StepRun alone = StepRun.Of(model, Of(new Split(1)), formats, scope: scope);
                foreach (Split split in (Split[])
                    [new(1, Context: 2), new(1, Context: 4), new(2, Context: 2, Zero: 0), new(1, Context: 2, Zero: 3, MicroBatch: 2), new(1, Context: 2, Pipeline: 2), new(1, Context: 2, Tensor: 2),
                        new(1, Context: 2, Tensor: 2, Sequence: true, Pipeline: 2, Zero: 2), new(1, Context: 2, Pipeline: 3, Schedule: PipelineSchedule.ZeroBubble), new(1, Context: 2, Recompute: Recompute.Full)])
                {
                    AssertAsGood(exact, alone, StepRun.Of(model, Of(split), formats, scope: scope), $"{split}, {formats}");
                }
            }
        }
    }

    [Fact]
    public void With_experts_ranks_that_share_a_batch_have_the_loss_and_every_gradient_of_one_rank()
    {
        StepRun alone = Run(fp32, experts, new(1));
        foreach (Split split in (Split[])[new(2, Zero: 0), new(2), new(3, Zero: 2), new(2, Zero: 3), new(2, Pipeline: 2)])
        {
            AssertClose(alone, Run(fp32, experts, split), $"{split}");
        }
    }

    [Fact]
    public void Ranks_that_share_the_experts_have_the_loss_and_every_gradient_of_one_rank()
    {
        ModelSpec latent = experts with { Latent = new LatentAttention(32, 24, 8, 16, 20), KvHeads = 4 };
        foreach (ModelSpec model in (ModelSpec[])[experts, experts with { Experts = new ExpertsSpec(4, 3, 0, 48) }, latent])
        {
            // In fp32 alone: with bf16 some token's choice of experts falls otherwise, and its gradients with it.
            StepRun alone = StepRun.Of(model, Of(new Split(1)), fp32);
            foreach (Split split in (Split[])
                [new(2, Expert: 2), new(4, Expert: 2), new(4, Expert: 4, Zero: 0), new(2, Expert: 2, Zero: 3), new(2, Expert: 2, Pipeline: 2, Zero: 2), new(1, Tensor: 2, Sequence: true, Expert: 2),
                    new(2, Tensor: 2, Sequence: true, Expert: 4, Pipeline: 2), new(1, Context: 2, Expert: 2), new(1, Context: 2, Tensor: 2, Sequence: true, Expert: 2, Zero: 3),
                    new(1, Tensor: 2, Sequence: true), new(2, Expert: 2, Recompute: Recompute.Full), new(2, Expert: 2, Recompute: Recompute.Selective),
                    new(2, Expert: 2, Pipeline: 2, Schedule: PipelineSchedule.ZeroBubble)])
            {
                AssertAsGood(alone, alone, StepRun.Of(model, Of(split), fp32), $"{split}");
            }
        }
    }

    [Fact]
    public void Documents_have_the_same_bits_in_every_stage_and_computed_again()
    {
        foreach (NumberFormats formats in (NumberFormats[])[fp32, bf16])
        {
            StepRun expected = Run(formats, false, new(1), AttentionScope.Document);
            Assert.NotEqual(Run(formats, false, new(1)).Loss, expected.Loss);
            foreach (Split split in (Split[])[
                new(1, Pipeline: 3), new(1, Pipeline: 2, Schedule: PipelineSchedule.Interleaved, VirtualStages: 2), new(1, Pipeline: 2, Schedule: PipelineSchedule.ZeroBubble),
                new(1, Recompute: Recompute.Full), new(1, Recompute: Recompute.Selective), new(1, Pipeline: 2, Recompute: Recompute.Full, Schedule: PipelineSchedule.ZeroBubble)])
            {
                StepRun found = Run(formats, false, split, AttentionScope.Document);
                Assert.Equal(expected.Loss, found.Loss);
                Assert.True(Bits(expected.Gradients).SequenceEqual(Bits(found.Gradients)), $"{split}, {formats}: other gradients");
            }
        }
    }

    [Fact]
    public void The_bias_of_an_expert_moves_by_its_rate_against_the_load_of_all_replicas()
    {
        Split[] splits = [new(1), new(2, Zero: 0), new(2), new(2, Zero: 3), new(2, Pipeline: 2)];
        foreach (var (split, formats) in splits.SelectMany(split => new[] { (split, bf16), (split, bf16 with { ExactSums = true }) }))
        {
            StepRun slow = Run(formats, experts with { Experts = experts.Experts! with { BiasRate = 0.25 } }, split);
            StepRun fast = Run(formats, experts with { Experts = experts.Experts! with { BiasRate = 0.5 } }, split);
            var biases = slow.Table.Parameters.Where(parameter => parameter.Rule == UpdateRule.Balancing).ToList();
            Assert.Equal(2, biases.Count);
            foreach (int element in biases.SelectMany(bias => Enumerable.Range((int)bias.Start, (int)bias.Count)))
            {
                Assert.NotEqual(0, slow.Gradients[element]);
                Assert.Equal(slow.Weights[element] - (0.25 * Math.Sign(slow.Gradients[element])), fast.Weights[element], 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Exact_sums_have_the_same_bits_in_every_ZeRO_stage_with_any_number_of_data_ranks(bool tied)
    {
        Split[] splits =
        [
            new(1), new(1, Zero: 0), new(1, Pipeline: 2, Schedule: PipelineSchedule.ZeroBubble), new(2, Zero: 0), new(2), new(3, Zero: 2), new(2, Zero: 3), new(4, Zero: 3), new(12, Zero: 0), new(6, Zero: 2),
            new(2, Pipeline: 3, Zero: 2), new(3, Pipeline: 2, Zero: 0),
        ];
        foreach (NumberFormats formats in (NumberFormats[])[fp32, bf16, autocast])
        {
            AssertSameBits(formats with { ExactSums = true }, Model(tied), splits);
            AssertClose(Run(formats, tied, new(1)), Run(formats with { ExactSums = true }, tied, new(1)), $"exact and fast, {formats}");
        }
    }

    [Fact]
    public void Exact_sums_have_the_same_bits_where_ranks_have_copies_of_weights_and_parts_of_sequences()
    {
        foreach (NumberFormats formats in (NumberFormats[])[fp32 with { ExactSums = true }, bf16 with { ExactSums = true }])
        {
            Split tensor = new(1, Tensor: 2, Sequence: true), context = new(1, Context: 2);
            AssertSameBits(formats, Rich(true), tensor, tensor with { Data = 2, Zero = 0 }, tensor with { Data = 3 }, tensor with { Data = 4, Zero = 3 });
            AssertSameBits(formats, Rich(false), context, context with { Zero = 0 }, context with { Data = 3, Zero = 2 }, context with { Data = 2, Zero = 3 });
            AssertSameBits(formats, experts, new(1), new(2, Zero: 0), new(3, Zero: 2), new(4, Zero: 3));
        }
    }

    // Sums that are bracketed otherwise are as far from the truth as those of one rank, not the same.
    private static void AssertAsGood(StepRun exact, StepRun alone, StepRun together, string what)
    {
        Assert.Equal(exact.Loss, together.Loss, (Divided * exact.Loss) + (2 * Math.Abs(exact.Loss - alone.Loss)) + (exact == alone ? 0 : 0.01 * exact.Loss));
        foreach (Parameter parameter in exact.Table.Parameters)
        {
            double allowed = Divided + (DividedRatio * Difference(exact, alone, parameter)), found = Difference(exact, together, parameter);
            Assert.True(found <= allowed, $"{what}: relative error {found:g3} of the gradient of {parameter.Name}, where {allowed:g3} is allowed");
        }
    }

    private static void AssertClose(StepRun alone, StepRun together, string what)
    {
        // Each micro-batch has the same loss whoever computes it, and the sum over them is exact.
        Assert.Equal(alone.Loss, together.Loss);
        Assert.Equal(alone.Squares, together.Squares, 4 * Bracketing * alone.Squares);
        foreach (Parameter parameter in alone.Table.Parameters)
        {
            double difference = Difference(alone, together, parameter);
            Assert.True(difference <= Bracketing, $"{what}: relative error {difference:g3} of the gradient of {parameter.Name}");
        }
    }

    // Relative to the norm of the first one's gradient.
    private static double Difference(StepRun one, StepRun other, Parameter parameter)
    {
        double norm = 0, difference = 0;
        for (long i = parameter.Start; i < parameter.Start + parameter.Count; i++)
        {
            norm += Math.Pow(one.Gradients[i], 2);
            difference += Math.Pow(one.Gradients[i] - (double)other.Gradients[i], 2);
        }

        Assert.True(norm > 0, $"{parameter.Name} has no gradient");
        return Math.Sqrt(difference / norm);
    }

    // Every group has the same bits within, in all formats.
    private static void SameBits(bool tied, params Split[][] groups)
    {
        foreach (Split[] group in groups)
        {
            foreach (NumberFormats formats in (NumberFormats[])[fp32, bf16, autocast])
            {
                AssertSameBits(formats, Model(tied), group);
            }
        }
    }

    private static void AssertSameBits(NumberFormats formats, ModelSpec model, params Split[] splits)
    {
        StepRun expected = Run(formats, model, splits[0]);
        foreach (Split split in splits.Skip(1))
        {
            StepRun found = Run(formats, model, split);
            Assert.Equal(expected.Loss, found.Loss);
            Assert.Equal(expected.Squares, found.Squares);
            Assert.True(Bits(expected.Gradients).SequenceEqual(Bits(found.Gradients)), $"{split}, {formats}: other gradients than {splits[0]}");
            Assert.True(Bits(expected.Weights).SequenceEqual(Bits(found.Weights)), $"{split}, {formats}: other weights than {splits[0]}");
        }
    }

    private static ReadOnlySpan<int> Bits(float[] values) => MemoryMarshal.Cast<float, int>(values);

    private static StepRun Run(NumberFormats formats, bool tied, Split split, AttentionScope scope = AttentionScope.Sequence) => StepRun.Of(Model(tied), Of(split), formats, scope: scope);

    private static StepRun Run(NumberFormats formats, ModelSpec model, Split split) => StepRun.Of(model, Of(split), formats);

    private static ModelSpec Model(bool tied) => dense with { TiedHead = tied };

    // Everything that has weights of which tensor ranks have copies, and one head of keys and values for all.
    private static ModelSpec Rich(bool tied) => new(2, 64, 4, 1, 16, 96, Activation.Gelu, 77, 16, tied)
    {
        Norm = NormKind.LayerNorm,
        Positions = PositionKind.Learned,
        PostNorm = true,
        Biases = true,
        QueryKeyNorm = true,
    };

    private static Layout Of(Split split) => new(
        split.Data, split.Tensor, split.Pipeline, split.VirtualStages, split.Context, split.Expert, split.Zero, split.Sequence, split.MicroBatch, Batch, split.Recompute, split.Schedule);

    private sealed record Split(
        int Data,
        int Pipeline = 1,
        int Zero = 1,
        int MicroBatch = 1,
        PipelineSchedule Schedule = PipelineSchedule.OneForwardOneBackward,
        int VirtualStages = 1,
        Recompute Recompute = Recompute.None,
        int Tensor = 1,
        bool Sequence = false,
        int Context = 1,
        int Expert = 1);
}
