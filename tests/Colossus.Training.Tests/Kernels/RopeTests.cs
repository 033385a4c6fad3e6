using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Operations;
using Colossus.Specs.Jobs;
using Colossus.Training.Kernels;
using Colossus.Training.Native;
using Colossus.Training.Tests.Model;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class RopeTests
{
    private const int Sequence = 37;
    private const int Rows = 2 * Sequence;
    private const int Heads = 3;

    public RopeTests() => LibtorchLoader.Load();

    [Theory]
    [InlineData(64)]
    [InlineData(80)]
    [InlineData(12)]
    [InlineData(2)]
    public void Turning_and_its_gradient_in_fp32_are_libtorchs_in_double(int headWidth) => Check<F32>(headWidth);

    [Theory]
    [InlineData(64)]
    [InlineData(12)]
    public void Turning_and_its_gradient_in_bf16_are_libtorchs_in_double(int headWidth) => Check<Bf16>(headWidth);

    [Theory]
    [InlineData(64, 32)]
    [InlineData(80, 40)]
    [InlineData(12, 4)]
    public void Of_a_head_only_the_first_elements_are_turned_where_they_are_a_share(int headWidth, int turned)
    {
        Check<F32>(headWidth, turned);
        Check<Bf16>(headWidth, turned);
    }

    private static readonly int[] positions = new TokenRows(Sequence).Positions(Rows);

    // Of the original 16 positions a pair turns once in, some are slow, some quick and some between.
    [Fact]
    public void Scaled_angles_are_those_of_Llama_3_1() => Check<F32>(24, scaling: new RopeScaling(8, 0.5, 2, 16));

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        using var source = Values<Bf16>.Normal(Rows * 5 * 24, 1);
        var table = new RopeTable(new RotaryPositions(Sequence, 24, 10000));
        Compare.SameWithThreads(() =>
        {
            using var data = source.Copy();
            Rope.Apply(data.Data, positions, Heads, 24, 24, 5 * 24, table, inverse: false);
            return data.Bytes.ToArray();
        });
    }

    private static void Check<T>(int headWidth, int? share = null, RopeScaling? scaling = null)
        where T : unmanaged, IElement<T>
    {
        // Two more heads lie behind those to turn and stay as they are.
        int stride = (Heads + 2) * headWidth;
        int width = share ?? headWidth;
        using var source = Values<T>.Normal(Rows * stride, 1);
        using var gradient = Values<T>.Normal(Rows * stride, 2);
        using var turned = source.Copy();
        using var turnedBack = gradient.Copy();
        var table = new RopeTable(new RotaryPositions(Sequence, width, 10000, scaling));
        Rope.Apply(turned.Data, positions, Heads, headWidth, width, stride, table, inverse: false);
        Rope.Apply(turnedBack.Data, positions, Heads, headWidth, width, stride, table, inverse: true);

        var x = source.ToTensor(2, Sequence, Heads + 2, headWidth).requires_grad_();
        var frequencies = pow(10000.0, arange(0, width, 2, ScalarType.Float64) / -width);
        frequencies = scaling is null ? frequencies : ReferenceModel.ScaleAngles(frequencies, scaling);
        var angles = outer(arange(Sequence, ScalarType.Float64), frequencies);
        var cosine = cat([angles.cos(), angles.cos()], -1).unsqueeze(1);
        var sine = cat([angles.sin(), angles.sin()], -1).unsqueeze(1);
        var toTurn = x.narrow(2, 0, Heads).narrow(3, 0, width);
        var halves = toTurn.chunk(2, -1);
        var turnedHeads = cat([(toTurn * cosine) + (cat([-halves[1], halves[0]], -1) * sine), x.narrow(2, 0, Heads).narrow(3, width, headWidth - width)], -1);
        var expected = cat([turnedHeads, x.narrow(2, Heads, 2)], 2);
        expected.backward([gradient.ToTensor(2, Sequence, Heads + 2, headWidth)]);
        Compare.Close(expected, turned, "turned");
        Compare.Close(x.grad!, turnedBack, "gradient");
    }
}
