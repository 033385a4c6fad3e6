namespace Colossus.Training.Kernels;

/// <summary>
/// Causal grouped-query attention, softmax(cap(q kᵀ / √d)) v, in blocks (after arXiv 2205.14135 and 2307.08691): scores never leave the cache, the backward pass makes them
/// again from the log-sum-exp of each row, and blocks of keys behind the diagonal are never touched.
/// </summary>
/// <remarks>
/// <para>
/// Shapes: qkv is [batch · sequence, (heads + 2 kvHeads) · headWidth] with query heads, then key heads, then value heads. Products run in fp32 whatever the storage format.
/// Sequence and head width are padded to 32 in the packed copies; padding is zero.
/// </para>
/// <para>
/// Scores are kept transposed, [keys, 64 queries]: the softmax then runs down the columns, sixteen queries side by side, without sums across a register, and
/// every product reads its right side in whole rows. They are in units of log 2, since 2ˣ is cheaper than eˣ: queries carry the factor log₂(e) / √d.
/// </para>
/// <para>Work is cut by (sample, key head), so results do not depend on threads; query heads of a group are summed in their order.</para>
/// </remarks>
internal static unsafe class Attention
{
    /// <summary>The forward pass.</summary>
    /// <param name="qkv">Queries, keys (both turned by their positions) and values.</param>
    /// <param name="output">[batch · sequence, heads · headWidth], written.</param>
    /// <param name="logSumExp">[batch, heads, sequence], written: the natural logarithm of each row's sum of exponentials.</param>
    /// <param name="shape">Sizes, and the cap of scores.</param>
    public static void Forward<T>(T* qkv, T* output, float* logSumExp, AttentionShape shape)
        where T : unmanaged, IElement<T>
    {
        KernelThreads.For(shape.Batch * shape.KvHeads, new AttentionForward<T>(shape, qkv, output, logSumExp));
    }

    /// <summary>The backward pass.</summary>
    /// <param name="dOutput">Gradient of the output.</param>
    /// <param name="qkv">As given to the forward pass.</param>
    /// <param name="output">As written by it.</param>
    /// <param name="logSumExp">As written by it.</param>
    /// <param name="dQkv">Shape of <paramref name="qkv"/>, written.</param>
    /// <param name="shape">Sizes, and the cap of scores.</param>
    public static void Backward<T>(T* dOutput, T* qkv, T* output, float* logSumExp, T* dQkv, AttentionShape shape)
        where T : unmanaged, IElement<T>
    {
        KernelThreads.For(shape.Batch * shape.KvHeads, new AttentionBackward<T>(shape, dOutput, qkv, output, logSumExp, dQkv));
    }
}
