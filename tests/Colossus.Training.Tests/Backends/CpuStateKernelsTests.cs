using Colossus.Training.Backends.Cpu;
using Colossus.Training.Kernels;
using Colossus.Training.Tests.Kernels;

namespace Colossus.Training.Tests.Backends;

public sealed unsafe class CpuStateKernelsTests
{
    [Fact]
    public void Squares_are_summed_in_blocks_that_depend_on_neither_threads_nor_what_lies_before_them()
    {
        const int Block = 4096;
        const int Count = (5 * Block) + 77;
        var kernels = new CpuStateKernels<F32, F32>();
        using var values = Values<F32>.Normal(Count, 1);
        double Squares(long start, long count)
        {
            var total = new ExactSum();
            kernels.AddSquares((nint)(values.Data + start), count, Block, total);
            return total.Value;
        }

        double whole = Squares(0, Count);
        Assert.Equal(values.ToDoubles().Sum(x => x * x), whole, 1e-6 * whole);

        // As two ranks share it: cut at a block.
        var parts = new ExactSum();
        kernels.AddSquares((nint)values.Data, 2 * Block, Block, parts);
        kernels.AddSquares((nint)(values.Data + (2 * Block)), Count - (2 * Block), Block, parts);
        Assert.Equal(whole, parts.Value);
        Compare.SameWithThreads(() => BitConverter.GetBytes(Squares(0, Count)));
    }

    [Fact]
    public void A_bias_moves_by_its_rate_against_the_sign_of_the_excess_load_and_has_no_moments()
    {
        var kernels = new CpuStateKernels<F32, F32>();
        using var excess = Values<F32>.Of([3e-31, -1e-31, 0]);
        using var before = Values<F32>.Of([0.5, 0.5, 0.5]);
        using var after = new Values<F32>(3);
        using var moments = Values<F32>.Normal(6, 1);
        using var working = new Values<F32>(3);
        kernels.Balance((nint)excess.Data, new((nint)before.Data, 0, 0), new((nint)after.Data, (nint)moments.Data, (nint)(moments.Data + 3)), new((nint)working.Data, 0), 3, 0.25f);
        Assert.Equal([0.25, 0.75, 0.5], after.ToDoubles());
        Assert.Equal([0.25, 0.75, 0.5], working.ToDoubles());
        Assert.Equal(new double[6], moments.ToDoubles());
    }

    [Fact]
    public void Gradients_of_micro_batches_are_added_up_in_32_bits()
    {
        const int Count = 9001;
        var kernels = new CpuStateKernels<Bf16, Bf16>();
        using var first = Values<Bf16>.Normal(Count, 1);
        using var second = Values<Bf16>.Normal(Count, 2);
        using var sums = Values<F32>.Normal(Count, 3);
        kernels.AddToSums((nint)first.Data, (nint)sums.Data, Count, first: true);
        kernels.AddToSums((nint)second.Data, (nint)sums.Data, Count, first: false);
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(Bf16.ToFloat(first.Data[i]) + Bf16.ToFloat(second.Data[i]), F32.ToFloat(sums.Data[i]));
        }
    }
}
