using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="AssembleHeads"/> on the CPU.</summary>
internal sealed unsafe class CpuAssembleHeads<T>(AssembleHeads operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint queries = memory.Of(operation.Queries);
    private readonly nint keysValues = memory.Of(operation.KeysValues);
    private readonly nint rotaryKey = memory.Of(operation.RotaryKey);
    private readonly nint output = memory.Of(operation.Output);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) =>
        LatentHeads.Assemble((T*)queries, (T*)keysValues, (T*)rotaryKey, (T*)output, operation.Output.Rows.Size, operation.Heads, operation.Widths);
}

/// <summary><see cref="AssembleHeadsGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuAssembleHeadsGradient<T>(AssembleHeadsGradient operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint outputGradient = memory.Of(operation.OutputGradient);
    private readonly nint queryGradient = memory.Of(operation.QueryGradient);
    private readonly nint keyValueGradient = memory.Of(operation.KeyValueGradient);
    private readonly nint rotaryKeyGradient = memory.Of(operation.RotaryKeyGradient);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => LatentHeads.TakeApart(
        (T*)outputGradient,
        (T*)queryGradient,
        (T*)keyValueGradient,
        (T*)rotaryKeyGradient,
        operation.OutputGradient.Rows.Size,
        operation.Forward.Heads,
        operation.Forward.Widths);
}
