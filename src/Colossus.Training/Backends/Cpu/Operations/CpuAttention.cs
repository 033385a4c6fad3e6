using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Operations;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary>Attention on the CPU.</summary>
internal static class CpuAttention
{
    /// <summary>Sizes as kernels want them.</summary>
    /// <param name="geometry">Sizes of an operation.</param>
    public static AttentionShape Shape(AttentionGeometry geometry) =>
        new(geometry.Sequences, geometry.Sequence, geometry.Heads, geometry.KvHeads, geometry.HeadWidth, (float)geometry.ScoreCap)
        {
            ValueWidth = geometry.ValueWidth,
            Scale = (float)geometry.Scale,
        };

    /// <summary>Queries as kernels want them.</summary>
    /// <param name="geometry">Sizes of an operation.</param>
    public static AttentionQueries Queries(AttentionGeometry geometry)
    {
        TokenRows rows = geometry.Queries;
        int piece = rows.OfSequence / 2;
        return rows.Sharers == 1
            ? new AttentionQueries(new PositionRange(0, rows.Sequence))
            : new AttentionQueries(new PositionRange(rows.PositionOf(0), piece), new PositionRange(rows.PositionOf(piece), piece));
    }

    /// <summary>Where heads lie.</summary>
    /// <param name="packed">Queries, keys and values side by side, or queries alone.</param>
    /// <param name="all">Keys and values of whole sequences side by side; 0 where <paramref name="packed"/> has them.</param>
    /// <param name="shape">Sizes.</param>
    public static unsafe AttentionHeads<T> Heads<T>(nint packed, nint all, AttentionShape shape)
        where T : unmanaged
    {
        int keys = shape.KvHeads * shape.HeadWidth;
        int stride = keys + (shape.KvHeads * shape.ValueWidth);
        return all == 0
            ? AttentionHeads<T>.Packed((T*)packed, shape)
            : new(new((T*)packed, shape.Heads * shape.HeadWidth), new((T*)all, stride), new((T*)all + keys, stride));
    }
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
    private readonly AttentionQueries queries = CpuAttention.Queries(operation.Geometry);
    private readonly nint qkv = memory.Of(operation.QueriesKeysValues);
    private readonly nint all = operation.AllKeysValues is { } keysValues ? memory.Of(keysValues) : 0;
    private readonly nint firstVisible = operation.FirstVisible is { } value ? memory.Of(value) : 0;
    private readonly nint output = memory.Of(operation.Output);
    private readonly nint logSumExp = memory.Of(operation.LogSumExp);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) =>
        Attention.Forward(CpuAttention.Heads<T>(qkv, all, shape), (T*)output, (float*)logSumExp, shape, queries, (int*)firstVisible);
}

/// <summary><see cref="CausalAttentionGradient"/> on the CPU.</summary>
internal sealed unsafe class CpuCausalAttentionGradient<T>(CausalAttentionGradient operation, IOperationMemory memory) : IBoundOperation
    where T : unmanaged, IElement<T>
{
    private readonly AttentionShape shape = CpuAttention.Shape(operation.Forward.Geometry);
    private readonly nint outputGradient = memory.Of(operation.OutputGradient);
    private readonly AttentionQueries queries = CpuAttention.Queries(operation.Forward.Geometry);
    private readonly nint qkv = memory.Of(operation.Forward.QueriesKeysValues);
    private readonly nint all = operation.Forward.AllKeysValues is { } keysValues ? memory.Of(keysValues) : 0;
    private readonly nint gradientOfAll = operation.GradientOfAll is { } gradient ? memory.Of(gradient) : 0;
    private readonly nint firstVisible = operation.Forward.FirstVisible is { } value ? memory.Of(value) : 0;
    private readonly nint output = memory.Of(operation.Forward.Output);
    private readonly nint logSumExp = memory.Of(operation.Forward.LogSumExp);
    private readonly nint inputGradient = memory.Of(operation.InputGradient);

    /// <inheritdoc/>
    public void Run(PassArguments arguments) => Attention.Backward(
        (T*)outputGradient,
        CpuAttention.Heads<T>(qkv, all, shape),
        (T*)output,
        (float*)logSumExp,
        CpuAttention.Heads<T>(inputGradient, gradientOfAll, shape),
        shape,
        queries,
        (int*)firstVisible);
}
