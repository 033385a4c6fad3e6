using System.Numerics;
using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary>Which rows each expert has in the micro-batch at hand.</summary>
/// <typeparam name="T">Their elements.</typeparam>
internal sealed unsafe class ExpertRows<T>(VisitGroups groups, IOperationMemory memory)
    where T : unmanaged, IElement<T>
{
    private readonly nint counts = memory.Of(groups.Counts);

    /// <summary>Rows of all experts.</summary>
    public int Total => Ranges().Sum(range => range.Count);

    /// <summary>
    /// libtorch's bf16 products make code for every shape that they meet, in many times the time of the product, and remember about a thousand shapes: numbers of rows are multiples of this, a
    /// sixteenth of an even share. Products in 32 bits take any number: theirs is 1.
    /// </summary>
    public int Granule { get; } = typeof(T) == typeof(Bf16) ? Math.Max(16, (int)BitOperations.RoundUpToPowerOf2((uint)(groups.EvenRows / groups.Experts / 16))) : 1;

    /// <summary>The experts in their order, each with its first row and how many it has, perhaps none.</summary>
    public IEnumerable<(int Expert, int First, int Count)> Ranges()
    {
        int first = 0;
        for (int expert = 0; expert < groups.Experts; expert++)
        {
            int count = CountOf(expert);
            yield return (expert, first, count);
            first += count;
        }
    }

    /// <summary>
    /// The experts that have rows, last one first. A range may have rows of experts before it too, so that it is as long as <see cref="Granule"/> wants: what is written there is overwritten by the
    /// next ranges.
    /// </summary>
    public IEnumerable<(int Expert, int First, int Count)> Windows()
    {
        int end = Total;
        for (int expert = groups.Experts - 1; expert >= 0; expert--)
        {
            int own = CountOf(expert);
            if (own > 0)
            {
                int count = Math.Min(end, (own + Granule - 1) / Granule * Granule);
                yield return (expert, end - count, count);
                end -= own;
            }
        }
    }

    private int CountOf(int expert) => ((int*)counts)[expert];
}
