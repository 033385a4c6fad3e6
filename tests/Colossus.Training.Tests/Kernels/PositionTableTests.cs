using Colossus.Plan.Programs;
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
        using var added = Values<T>.Normal(Sequence * width, 5);
        var expected = stream.ToTensor(Sequences, Sequence, width) + table.ToTensor(Sequence, width);
        var gradient = dStream.ToTensor(Sequences, Sequence, width).sum([0L]);
        var sum = added.ToTensor(Sequence, width) + gradient;
        int[] positions = new TokenRows(Sequence).Positions(Sequences * Sequence);
        PositionTable.Add(stream.Data, table.Data, positions, width);
        fixed (int* ids = positions)
        {
            Embedding.ScatterAdd(dStream.Data, ids, added.Data, positions.Length, width, new VocabularyShare(0, Sequence, Sequence));
        }

        Compare.Close(expected, stream, "stream");
        Compare.Close(sum, added, "gradient added to one");
    }
}
