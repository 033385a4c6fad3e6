using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="EmbeddingLookup"/> on the CPU.</summary>
internal sealed unsafe class CpuEmbeddingLookup<TResidual>(EmbeddingLookup operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
{
    private readonly nint table = memory.OfWeight(operation.Table);
    private readonly nint tokens = memory.Of(operation.Tokens);
    private readonly nint output = memory.Of(operation.Output);
    private readonly VocabularyShare share = VocabularyShare.Of(operation.Table);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) =>
        Embedding.Gather((TResidual*)table, (int*)tokens, (TResidual*)output, operation.Output.Rows.Size, operation.Output.Width, share);
}

/// <summary><see cref="EmbeddingGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuEmbeddingGradient<TResidual>(EmbeddingGradient operation, IOperationMemory memory) : IBoundOperation
    where TResidual : unmanaged, IElement<TResidual>
{
    private readonly nint gradient = memory.OfGradient(operation.Table);
    private readonly nint tokens = memory.Of(operation.Tokens);
    private readonly nint outputGradient = memory.Of(operation.OutputGradient);
    private readonly VocabularyShare share = VocabularyShare.Of(operation.Table);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        if (!arguments.Accumulate)
        {
            Flat.Zero((TResidual*)gradient, operation.Table.Count);
        }

        Embedding.ScatterAdd(
            (TResidual*)outputGradient, (int*)tokens, (TResidual*)gradient, operation.OutputGradient.Rows.Size, operation.OutputGradient.Width, share);
    }
}
