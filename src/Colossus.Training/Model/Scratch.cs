using Colossus.Specs.Jobs;
using Colossus.Training.Kernels;

namespace Colossus.Training.Model;

/// <summary>Room for intermediate results that no later pass needs; all layers use the same.</summary>
/// <typeparam name="T">Type of the operands of products.</typeparam>
internal sealed unsafe class Scratch<T> : IDisposable
    where T : unmanaged, IElement<T>
{
    public Scratch(Arena arena, ModelSpec model, int rows)
    {
        int queries = model.Heads * model.HeadWidth;
        int inner = (model.Activation.IsGated() ? 2 : 1) * model.Ffn;
        BranchOutput = Matrix<T>.In(arena, rows, model.Hidden);
        DHidden = Matrix<T>.In(arena, rows, model.Hidden);
        DBranch = Matrix<T>.In(arena, rows, model.Hidden);
        DAttention = Matrix<T>.In(arena, rows, queries);
        DQkv = Matrix<T>.In(arena, rows, queries + (2 * model.KvHeads * model.HeadWidth));
        DInner = Matrix<T>.In(arena, rows, model.Ffn);
        DGateUp = Matrix<T>.In(arena, rows, inner);
        DNorm = arena.Take<F32>(model.Hidden);

        long widest = Math.Max((long)inner * model.Hidden, Math.Max((long)DQkv.Columns * model.Hidden, (long)model.Vocab * model.Hidden));
        Product = arena.Take<T>(widest);
    }

    /// <summary>What attention or the feed-forward part adds to the residual stream, [rows, hidden].</summary>
    public Matrix<T> BranchOutput { get; }

    /// <summary>Gradient of a norm's output, [rows, hidden].</summary>
    public Matrix<T> DHidden { get; }

    /// <summary>Gradient of the residual stream in the type of products, [rows, hidden].</summary>
    public Matrix<T> DBranch { get; }

    /// <summary>Gradient of attention's output, [rows, heads · headWidth].</summary>
    public Matrix<T> DAttention { get; }

    /// <summary>Gradient of q, k, v, [rows, (heads + 2 kvHeads) · headWidth].</summary>
    public Matrix<T> DQkv { get; }

    /// <summary>Gradient of the activation's output, [rows, ffn].</summary>
    public Matrix<T> DInner { get; }

    /// <summary>Gradient of the activation's input, [rows, ffn or 2 ffn].</summary>
    public Matrix<T> DGateUp { get; }

    /// <summary>Gradient of a norm's weight, [hidden].</summary>
    public F32* DNorm { get; }

    /// <summary>One product of the size of the largest parameter.</summary>
    public T* Product { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var matrix in (Matrix<T>[])[BranchOutput, DHidden, DBranch, DAttention, DQkv, DInner, DGateUp])
        {
            matrix.Dispose();
        }
    }
}
