using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary>Attention on the CPU.</summary>
internal static class CpuAttention
{
    /// <summary>Sizes as kernels want them.</summary>
    /// <param name="geometry">Sizes of an operation.</param>
    public static AttentionShape Shape(AttentionGeometry geometry) =>
        new(geometry.Sequences, geometry.Sequence, geometry.Heads, geometry.KvHeads, geometry.HeadWidth, (float)geometry.ScoreCap);
}

/// <summary><see cref="Rotate"/> on the CPU.</summary>
internal sealed unsafe class CpuRotate<T>(Rotate operation, IOperationMemory memory, RopeTable table) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly nint heads = memory.Of(operation.Heads);
    private readonly int[] positions = operation.Rows.Positions(operation.Heads.Rows.Size);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        var geometry = operation.Geometry;
        Rope.Apply(
            (T*)heads,
            positions,
            geometry.Heads + geometry.KvHeads,
            geometry.HeadWidth,
            operation.Positions.Width,
            operation.Heads.Width,
            table,
            operation.Inverse);
    }
}

/// <summary><see cref="CausalAttention"/> on the CPU.</summary>
internal sealed unsafe class CpuCausalAttention<T>(CausalAttention operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly AttentionShape shape = CpuAttention.Shape(operation.Geometry);
    private readonly nint qkv = memory.Of(operation.QueriesKeysValues);
    private readonly nint output = memory.Of(operation.Output);
    private readonly nint logSumExp = memory.Of(operation.LogSumExp);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => Attention.Forward((T*)qkv, (T*)output, (float*)logSumExp, shape);
}

/// <summary><see cref="CausalAttentionGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuCausalAttentionGradient<T>(CausalAttentionGradient operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly AttentionShape shape = CpuAttention.Shape(operation.Forward.Geometry);
    private readonly nint outputGradient = memory.Of(operation.OutputGradient);
    private readonly nint qkv = memory.Of(operation.Forward.QueriesKeysValues);
    private readonly nint output = memory.Of(operation.Forward.Output);
    private readonly nint logSumExp = memory.Of(operation.Forward.LogSumExp);
    private readonly nint inputGradient = memory.Of(operation.InputGradient);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) =>
        Attention.Backward((T*)outputGradient, (T*)qkv, (T*)output, (float*)logSumExp, (T*)inputGradient, shape);
}
