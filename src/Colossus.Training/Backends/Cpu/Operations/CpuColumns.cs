using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="TakeColumns"/> on the CPU.</summary>
internal sealed unsafe class CpuTakeColumns<T>(TakeColumns operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint source = memory.Of(operation.Source);
    private readonly nint target = memory.Of(operation.Target);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => CpuColumns.Copy<T>(source, operation.Source, target, operation.Target);
}

/// <summary><see cref="PutColumns"/> on the CPU.</summary>
internal sealed unsafe class CpuPutColumns<T>(PutColumns operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint source = memory.Of(operation.Source);
    private readonly nint target = memory.Of(operation.Target);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => CpuColumns.Copy<T>(source, operation.Source, target, operation.Target);
}

/// <summary>Copies columns.</summary>
internal static unsafe class CpuColumns
{
    /// <summary>The last columns of one value become those of another, as many as the narrower one has.</summary>
    public static void Copy<T>(nint source, Value from, nint target, Value to)
        where T : unmanaged
    {
        int width = Math.Min(from.Width, to.Width);
        for (int row = 0; row < from.Rows.Size; row++)
        {
            var line = new ReadOnlySpan<T>((T*)source + (((long)row + 1) * from.Width) - width, width);
            line.CopyTo(new Span<T>((T*)target + (((long)row + 1) * to.Width) - width, width));
        }
    }
}
