using Colossus.Plan.Programs.Operations;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="ReadTokens"/> on the CPU.</summary>
internal sealed unsafe class CpuReadTokens(ReadTokens operation, IOperationMemory memory) : IBoundOperation
{
    private readonly nint tokens = memory.Of(operation.Tokens);
    private readonly int[] places = [.. Enumerable.Range(0, operation.Tokens.Rows.Size).Select(operation.Rows.TokenOf)];

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        int[] source = operation.Field switch
        {
            TokenField.Id => arguments.Inputs,
            TokenField.Target => arguments.Targets,
            _ => arguments.FirstVisible,
        };
        for (int row = 0; row < places.Length; row++)
        {
            ((int*)tokens)[row] = source[places[row]];
        }
    }
}
