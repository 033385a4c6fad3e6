using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary>The rows of an output head whose logits are there at once.</summary>
/// <param name="Input">These rows of its input.</param>
/// <param name="Logits">Room for their logits.</param>
/// <param name="Targets">Address of their targets.</param>
/// <param name="Losses">Address of their losses.</param>
internal readonly record struct HeadRows<T>(Matrix<T> Input, Matrix<T> Logits, nint Targets, nint Losses)
    where T : unmanaged, IElement<T>
{
    /// <summary>All rows of a head.</summary>
    public static HeadRows<T>[] Of<TResidual>(OutputHead head, CpuBinder<TResidual, T> binder)
        where TResidual : unmanaged, IElement<TResidual> =>
    [
        .. Ranges(head).Select(range => new HeadRows<T>(
            binder.Rows(head.Input, range.First, range.Count),
            binder.Rows(head.Logits, 0, range.Count),
            binder.Memory.Of(head.Targets) + (range.First * sizeof(int)),
            binder.Memory.Of(head.Losses) + (range.First * sizeof(float)))),
    ];

    /// <summary>Which rows are worked on together.</summary>
    public static IEnumerable<(int First, int Count)> Ranges(OutputHead head)
    {
        int rows = head.Input.Rows.Size;
        int atOnce = head.Logits.Rows.Size;
        for (int first = 0; first < rows; first += atOnce)
        {
            yield return (first, Math.Min(atOnce, rows - first));
        }
    }
}
