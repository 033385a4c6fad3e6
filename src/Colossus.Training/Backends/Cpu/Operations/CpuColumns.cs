using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="Split"/> on the CPU.</summary>
internal sealed unsafe class CpuSplit<T>(Split operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint input = memory.Of(operation.Input);
    private readonly nint[] parts = [.. operation.Writes.Select(memory.Of)];

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        T* columns = (T*)input;
        for (int i = 0; i < parts.Length; i++)
        {
            Value part = operation.Writes[i];
            Columns.Copy(columns, operation.Input.Width, (T*)parts[i], part.Width, part.Rows.Size, part.Width);
            columns += part.Width;
        }
    }
}

/// <summary><see cref="Join"/> on the CPU.</summary>
internal sealed unsafe class CpuJoin<T>(Join operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint output = memory.Of(operation.Output);
    private readonly nint[] parts = [.. operation.Reads.Select(memory.Of)];

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        T* columns = (T*)output;
        for (int i = 0; i < parts.Length; i++)
        {
            Value part = operation.Reads[i];
            Columns.Copy((T*)parts[i], part.Width, columns, operation.Output.Width, part.Rows.Size, part.Width);
            columns += part.Width;
        }
    }
}
