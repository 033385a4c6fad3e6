using Colossus.Training.Kernels;
using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class ElementTests
{
    public ElementTests() => LibtorchLoader.Load();

    [Fact]
    public void Every_bf16_survives_the_way_to_fp32_and_back()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var value = new Bf16((ushort)bits);
            float wide = Bf16.ToFloat(value);
            Assert.Equal((uint)bits << 16, BitConverter.SingleToUInt32Bits(wide));
            Assert.Equal(float.IsNaN(wide) ? bits | 0x40 : bits, Bits(Bf16.FromFloat(wide)));
        }
    }

    [Fact]
    public void Rounding_to_bf16_is_libtorchs_and_the_same_for_one_value_and_for_sixteen()
    {
        var random = new Random(3);
        float[] source = [.. Enumerable.Range(0, 1 << 16).Select(_ => BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32)))];
        float[] edges = [0f, -0f, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon, 1.00390625f, 1.01171875f];
        edges.CopyTo(source, 0);
        float[] expected = tensor(source).to(ScalarType.BFloat16).to(ScalarType.Float32).data<float>().ToArray();
        using var target = new Values<Bf16>(16);
        fixed (float* from = source)
        {
            for (int i = 0; i < source.Length; i += 16)
            {
                Bf16.Store(target.Data, F32.Load((F32*)(from + i)));
                var back = Bf16.Load(target.Data);
                for (int lane = 0; lane < 16; lane++)
                {
                    float one = Bf16.ToFloat(Bf16.FromFloat(source[i + lane]));
                    Assert.Equal(BitConverter.SingleToUInt32Bits(one), BitConverter.SingleToUInt32Bits(back[lane]));
                    Assert.Equal(float.IsNaN(source[i + lane]), float.IsNaN(one));
                    if (!float.IsNaN(one))
                    {
                        Assert.Equal(expected[i + lane], one);
                    }

                    Assert.Equal(BitConverter.SingleToUInt32Bits(one), BitConverter.SingleToUInt32Bits(RoundedF32.ToFloat(RoundedF32.FromFloat(source[i + lane]))));
                }
            }
        }
    }

    private static int Bits(Bf16 value) => *(ushort*)&value;
}
