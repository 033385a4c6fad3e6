using Colossus.Training.Kernels;
using TorchSharp;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary>dW = dyᵀ x, stored or added in the format of gradients.</summary>
/// <param name="gradient">[outputs, inputs].</param>
/// <param name="room">The same shape in the format of products; null where gradients have that format.</param>
internal sealed unsafe class WeightGradient<TResidual, T>(Matrix<TResidual> gradient, Matrix<T>? room)
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    /// <summary>Computes it.</summary>
    /// <param name="outputGradient">dy, [rows, outputs].</param>
    /// <param name="input">x, [rows, inputs].</param>
    /// <param name="add">Whether to add to the gradient that is there.</param>
    public void Set(Matrix<T> outputGradient, Matrix<T> input, bool add)
    {
        if (room is null)
        {
            gradient.SetProduct(outputGradient.Transposed, input.Tensor, add);
            return;
        }

        room.SetProduct(outputGradient.Transposed, input.Tensor);
        Store(room, add);
    }

    /// <summary>The same with operands that live for this call only.</summary>
    /// <param name="outputGradient">dyᵀ, [outputs, rows].</param>
    /// <param name="input">x, [rows, inputs].</param>
    /// <param name="add">Whether to add to the gradient that is there.</param>
    public void SetOnce(torch.Tensor outputGradient, torch.Tensor input, bool add)
    {
        if (room is null)
        {
            gradient.SetProductOnce(outputGradient, input, add);
            return;
        }

        room.SetProductOnce(outputGradient, input, add: false);
        Store(room, add);
    }

    private void Store(Matrix<T> room, bool add)
    {
        if (add)
        {
            Flat.Add(gradient.Data, room.Data, gradient.Count);
        }
        else
        {
            Flat.Convert(room.Data, gradient.Data, gradient.Count);
        }
    }
}
