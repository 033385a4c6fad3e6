using Colossus.Plan.Programs.Operations;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="ReadTokens"/> on the CPU.</summary>
internal sealed unsafe class CpuReadTokens(ReadTokens operation, IOperationMemory memory) : IBoundOperation
{
    private readonly nint tokens = memory.Of(operation.Tokens);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        int[] source = operation.Targets ? arguments.Targets : arguments.Inputs;
        source.CopyTo(new Span<int>((int*)tokens, operation.Tokens.Rows.Size));
    }
}
