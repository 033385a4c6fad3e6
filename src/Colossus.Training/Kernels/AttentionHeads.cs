namespace Colossus.Training.Kernels;

/// <summary>Where queries, keys and values lie, or their gradients. Rows of queries are the local ones, rows of keys and values all positions of each sample.</summary>
/// <param name="queries">[batch · query rows, heads · headWidth].</param>
/// <param name="keys">[batch · sequence, kvHeads · headWidth].</param>
/// <param name="values">[batch · sequence, kvHeads · valueWidth].</param>
internal readonly struct AttentionHeads<T>(HeadRows<T> queries, HeadRows<T> keys, HeadRows<T> values)
    where T : unmanaged
{
    /// <summary>Queries.</summary>
    public HeadRows<T> Queries { get; } = queries;

    /// <summary>Keys.</summary>
    public HeadRows<T> Keys { get; } = keys;

    /// <summary>Values.</summary>
    public HeadRows<T> Values { get; } = values;

    /// <summary>All three side by side in one row, as one product with the input writes them.</summary>
    /// <param name="rows">[batch · sequence, heads · headWidth | kvHeads · headWidth | kvHeads · valueWidth].</param>
    /// <param name="shape">Sizes.</param>
    public static unsafe AttentionHeads<T> Packed(T* rows, AttentionShape shape)
    {
        int queries = shape.Heads * shape.HeadWidth;
        int keys = shape.KvHeads * shape.HeadWidth;
        int stride = queries + keys + (shape.KvHeads * shape.ValueWidth);
        return new(new(rows, stride), new(rows + queries, stride), new(rows + queries + keys, stride));
    }
}
