using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed class TorchSharpDefectTests
{
    public TorchSharpDefectTests() => LibtorchLoader.Load();

    /// <summary>
    /// TorchSharp hands the tensor of the first place to libtorch as the first factor and the first factor as the addend. When this test fails, TorchSharp was mended:
    /// calls written as <c>first.baddbmm(second, addend)</c> must then be turned around.
    /// </summary>
    [Fact]
    public void Baddbmm_still_swaps_its_operands()
    {
        var addend = tensor(new float[] { 1, 2, 3, 4 }).reshape(1, 2, 2);
        var first = tensor(new float[] { 5, 6, 7, 8 }).reshape(1, 2, 2);
        var second = tensor(new float[] { 9, 10, 11, 13 }).reshape(1, 2, 2);
        float[] documented = (addend + first.matmul(second)).data<float>().ToArray();
        float[] swapped = (second + addend.matmul(first)).data<float>().ToArray();
        Assert.NotEqual(documented, swapped);
        Assert.Equal(swapped, addend.baddbmm(first, second).data<float>().ToArray());
        Assert.Equal(documented, first.baddbmm(second, addend).data<float>().ToArray());
    }
}
