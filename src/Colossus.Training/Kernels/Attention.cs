using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>
/// Causal grouped-query attention, softmax(cap(scale · q kᵀ)) v, in blocks (after arXiv 2205.14135 and 2307.08691): scores never leave the cache, the backward pass makes them
/// again from the log-sum-exp of each row, and blocks of keys that no query of a block sees are never touched.
/// </summary>
/// <remarks>
/// <para>Products run in fp32 whatever the storage format. Sequence and head widths are padded to 32 in the packed copies; padding is zero.</para>
/// <para>
/// Scores are kept transposed, [keys, 64 queries]: the softmax then runs down the columns, sixteen queries side by side, without sums across a register, and
/// every product reads its right side in whole rows. They are in units of log 2, since 2ˣ is cheaper than eˣ: queries carry the factor log₂(e) · scale.
/// </para>
/// <para>Work is cut by (sample, key head), so results do not depend on threads; query heads of a group are summed in their order.</para>
/// </remarks>
internal static unsafe class Attention
{
    private const int Lanes = 16;

    /// <summary>The forward pass.</summary>
    /// <param name="heads">Queries, keys (both turned by their positions) and values.</param>
    /// <param name="output">[batch · query rows, heads · valueWidth], written.</param>
    /// <param name="logSumExp">[batch, heads, query rows], written: the natural logarithm of each row's sum of exponentials.</param>
    /// <param name="shape">Sizes, and the cap of scores.</param>
    /// <param name="queries">Which positions have a query.</param>
    /// <param name="firstVisible">[batch, sequence], the first position that each position sees: at most itself, and never less than that of the position before. Null where all see position 0.</param>
    public static void Forward<T>(AttentionHeads<T> heads, T* output, float* logSumExp, AttentionShape shape, AttentionQueries queries, int* firstVisible = null)
        where T : unmanaged, IElement<T>
    {
        fixed (QueryBlock* blocks = queries.Blocks)
        {
            var set = new QuerySet(blocks, queries.Blocks.Length, queries.Rows, firstVisible);
            KernelThreads.For(shape.Batch * shape.KvHeads, new AttentionForward<T>(shape, set, heads, new(output, shape.ResultStride), logSumExp));
        }
    }

    /// <summary>The backward pass.</summary>
    /// <param name="dOutput">Gradient of the output.</param>
    /// <param name="heads">As given to the forward pass.</param>
    /// <param name="output">As written by it.</param>
    /// <param name="logSumExp">As written by it.</param>
    /// <param name="gradients">Gradients of <paramref name="heads"/>, written; those of keys and values at all positions, of these queries alone.</param>
    /// <param name="shape">Sizes, and the cap of scores.</param>
    /// <param name="queries">As given to the forward pass.</param>
    /// <param name="firstVisible">As given to the forward pass.</param>
    public static void Backward<T>(
        T* dOutput,
        AttentionHeads<T> heads,
        T* output,
        float* logSumExp,
        AttentionHeads<T> gradients,
        AttentionShape shape,
        AttentionQueries queries,
        int* firstVisible = null)
        where T : unmanaged, IElement<T>
    {
        fixed (QueryBlock* blocks = queries.Blocks)
        {
            var set = new QuerySet(blocks, queries.Blocks.Length, queries.Rows, firstVisible);
            KernelThreads.For(shape.Batch * shape.KvHeads, new AttentionBackward<T>(shape, set, new(dOutput, shape.ResultStride), heads, new(output, shape.ResultStride), logSumExp, gradients));
        }
    }

    /// <summary>Overwrites the scores of 16 queries with keys before the first position that each of them sees.</summary>
    /// <param name="scores">[keys, 16] with rows <paramref name="stride"/> apart.</param>
    /// <param name="keys">Keys.</param>
    /// <param name="start">Position of the first key.</param>
    /// <param name="firstVisible">[16].</param>
    /// <param name="value">What they become.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Hide(float* scores, int stride, int keys, int start, int* firstVisible, float value)
    {
        // What a position sees never begins before what an earlier one sees.
        var first = Vector512.Load(firstVisible);
        int end = Math.Min(keys, firstVisible[Lanes - 1] - start);
        for (int key = 0; key < end; key++)
        {
            var hidden = Vector512.GreaterThan(first, Vector512.Create(start + key)).AsSingle();
            Vector512.ConditionalSelect(hidden, Vector512.Create(value), Vector512.Load(scores)).Store(scores);
            scores += stride;
        }
    }
}
