using Colossus.Training.Kernels;
using Colossus.Training.Native;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class PositionTableTests
{
    private const int Sequences = 3;
    private const int Sequence = 11;

    public PositionTableTests() => LibtorchLoader.Load();

    [Theory]
    [InlineData(7)]
    [InlineData(48)]
    public void Every_sequence_gets_the_table_and_the_tables_gradient_is_the_sum_over_sequences(int width)
    {
        Check<F32>(width);
        Check<Bf16>(width);
    }

    private static void Check<T>(int width)
        where T : unmanaged, IElement<T>
    {
        using var stream = Values<T>.Normal(Sequences * Sequence * width, 1);
        using var table = Values<T>.Normal(Sequence * width, 2);
        using var dStream = Values<T>.Normal(Sequences * Sequence * width, 3);
        using var written = Values<T>.Normal(Sequence * width, 4);
        using var added = Values<T>.Normal(Sequence * width, 5);
        var expected = stream.ToTensor(Sequences, Sequence, width) + table.ToTensor(Sequence, width);
        var gradient = dStream.ToTensor(Sequences, Sequence, width).sum([0L]);
        var sum = added.ToTensor(Sequence, width) + gradient;
        PositionTable.Add(stream.Data, table.Data, Sequences, Sequence, width);
        PositionTable.Gradient(dStream.Data, written.Data, false, Sequences, Sequence, width);
        PositionTable.Gradient(dStream.Data, added.Data, true, Sequences, Sequence, width);
        Compare.Close(expected, stream, "stream");
        Compare.Close(gradient, written, "gradient");
        Compare.Close(sum, added, "gradient added to one");
    }
}
