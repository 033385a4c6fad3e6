using System.Runtime.InteropServices;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Training.Tests.Backends;

namespace Colossus.Training.Tests.Steps;

/// <summary>What waits for nothing may come late: the waits of the description alone keep a step's values right.</summary>
public sealed class DelayTests
{
    private const int Seeds = 4;

    private static readonly ModelSpec model = new(3, 96, 4, 2, 24, 160, Activation.SwiGlu, 101, 24, TiedHead: true);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 0)]
    [InlineData(2, 1, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(3, 1, 3)]
    [InlineData(2, 2, 2)]
    [InlineData(2, 2, 3)]
    [InlineData(1, 1, 1, 2)]
    [InlineData(2, 2, 2, 2)]
    [InlineData(2, 1, 3, 2)]
    [InlineData(1, 2, 2, 1, 2)]
    [InlineData(1, 1, 3, 2, 2)]
    public void Streams_that_run_late_give_the_same_bits_for_every_seed(int data, int pipeline, int zero, int tensor = 1, int context = 1)
    {
        foreach (NumberFormats formats in (NumberFormats[])[new(false, false, false), new(true, true, true)])
        {
            StepRun expected = StepRun.Of(model, LayoutOf(data, pipeline, zero, tensor, context), formats);
            for (int seed = 0; seed < Seeds; seed++)
            {
                Assert.True(SameBits(expected, Late(LayoutOf(data, pipeline, zero, tensor, context), formats, seed, _ => false)), $"{formats}, seed {seed}: other bits");
            }
        }
    }

    [Fact]
    public void A_wait_for_weights_that_is_left_out_changes_the_gradients() => AssertFound(zero: 3, operation => operation is AwaitWeights);

    [Fact]
    public void A_wait_for_gradients_that_is_left_out_changes_them() => AssertFound(zero: 2, operation => operation is AwaitGradients);

    private static void AssertFound(int zero, Func<Communication, bool> forgets)
    {
        Layout layout = LayoutOf(2, 1, zero);
        Assert.False(SameBits(StepRun.Of(model, layout, default), Late(layout, default, seed: 0, forgets)), "nobody noticed");
    }

    private static StepRun Late(Layout layout, NumberFormats formats, int seed, Func<Communication, bool> forgets) => StepRun.Of(model, layout, formats, equipment: (program, backend, communicator) =>
    {
        var streams = new DelayedStreams(backend, communicator, seed == 0 ? 0 : (100 * seed) + program.Rank);
        return (streams, new ForgetfulCommunicator(streams, forgets));
    });

    private static bool SameBits(StepRun one, StepRun other) =>
        MemoryMarshal.Cast<float, int>(one.Gradients).SequenceEqual(MemoryMarshal.Cast<float, int>(other.Gradients)) && one.Loss.Equals(other.Loss);

    private static Layout LayoutOf(int data, int pipeline, int zero, int tensor = 1, int context = 1) => new(
        data, tensor, pipeline, 1, context, 1, zero, tensor > 1 && zero != 2, 1, 3 * data, Recompute.None, PipelineSchedule.OneForwardOneBackward);
}
