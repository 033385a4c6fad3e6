using Colossus.Training.Kernels;

namespace Colossus.Training.Model;

/// <summary>y = x Wᵀ with W [out, in], and its two gradients, as matrix products of libtorch that write where they are told to.</summary>
/// <typeparam name="TGradient">Type of the flat vector of gradients.</typeparam>
/// <typeparam name="T">Type of the operands of products.</typeparam>
internal sealed unsafe class Linear<TGradient, T> : IDisposable
    where TGradient : unmanaged, IElement<TGradient>
    where T : unmanaged, IElement<T>
{
    private readonly Matrix<T> weight;
    private readonly Matrix<TGradient> gradient;
    private readonly Matrix<T>? product;

    /// <summary>Binds a layer to its weights and gradients.</summary>
    /// <param name="weight">W, [out, in].</param>
    /// <param name="gradient">dL/dW, the same shape.</param>
    /// <param name="scratch">Room for one product of this shape where <typeparamref name="TGradient"/> differs from <typeparamref name="T"/>.</param>
    public Linear(T* weight, TGradient* gradient, int outputs, int inputs, T* scratch)
    {
        this.weight = new Matrix<T>(weight, outputs, inputs);
        this.gradient = new Matrix<TGradient>(gradient, outputs, inputs);
        product = typeof(T) == typeof(TGradient) ? null : new Matrix<T>(scratch, outputs, inputs);
    }

    /// <summary>y = x Wᵀ.</summary>
    /// <param name="x">[rows, in].</param>
    /// <param name="y">[rows, out], overwritten.</param>
    public void Forward(Matrix<T> x, Matrix<T> y) => y.Tensor.addmm_(x.Tensor, weight.Transposed, beta: 0, alpha: 1);

    /// <summary>dx = dy W.</summary>
    /// <param name="dy">[rows, out].</param>
    /// <param name="dx">[rows, in], overwritten.</param>
    /// <param name="accumulate">Whether to add to <paramref name="dx"/> instead.</param>
    public void BackwardInput(Matrix<T> dy, Matrix<T> dx, bool accumulate = false) =>
        dx.Tensor.addmm_(dy.Tensor, weight.Tensor, beta: accumulate ? 1 : 0, alpha: 1);

    /// <summary>dW = dyᵀ x.</summary>
    /// <param name="dy">[rows, out].</param>
    /// <param name="x">[rows, in].</param>
    /// <param name="accumulate">Whether to add to the gradient that is there.</param>
    public void BackwardWeight(Matrix<T> dy, Matrix<T> x, bool accumulate)
    {
        if (product is null)
        {
            gradient.Tensor.addmm_(dy.Transposed, x.Tensor, beta: accumulate ? 1 : 0, alpha: 1);
            return;
        }

        product.Tensor.addmm_(dy.Transposed, x.Tensor, beta: 0, alpha: 1);
        if (accumulate)
        {
            Flat.Add(gradient.Data, product.Data, gradient.Count);
        }
        else
        {
            Flat.Convert(product.Data, gradient.Data, gradient.Count);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        weight.Dispose();
        gradient.Dispose();
        product?.Dispose();
    }
}
