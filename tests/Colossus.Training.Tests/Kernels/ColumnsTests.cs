using Colossus.Training.Kernels;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class ColumnsTests
{
    private const int Rows = 70;

    [Fact]
    public void Columns_are_copied_and_their_neighbours_stay()
    {
        using var source = Values<F32>.Normal(Rows * 20, 1);
        using var target = Values<F32>.Normal(Rows * 30, 2);
        using var expected = target.Copy();
        for (int row = 0; row < Rows; row++)
        {
            new Span<F32>(source.Data + (row * 20) + 3, 17).CopyTo(new Span<F32>(expected.Data + (row * 30) + 5, 17));
        }

        Columns.Copy(source.Data + 3, 20, target.Data + 5, 30, Rows, 17);
        Assert.Equal(expected.Bytes, target.Bytes);
    }
}
