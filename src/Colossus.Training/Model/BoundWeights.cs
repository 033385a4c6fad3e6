using Colossus.Plan.Parameters;

namespace Colossus.Training.Model;

/// <summary>Where a model finds its parameters: the flat vectors of one rank.</summary>
/// <typeparam name="TResidual">Type of gradients and of weights outside products.</typeparam>
/// <typeparam name="T">Type of weights in products; both pointers are equal where the types are.</typeparam>
internal readonly unsafe struct BoundWeights<TResidual, T>(TResidual* weights, T* matrices, TResidual* gradients)
    where TResidual : unmanaged
    where T : unmanaged
{
    /// <summary>Working copy of all parameters.</summary>
    public readonly TResidual* Weights = weights;

    /// <summary>The same in the type of products.</summary>
    public readonly T* Matrices = matrices;

    /// <summary>This rank's gradients.</summary>
    public readonly TResidual* Gradients = gradients;

    /// <summary>Pointer to a vector's weights.</summary>
    public TResidual* WeightOf(Parameter parameter) => Weights + parameter.Start;

    /// <summary>Pointer to a matrix in the type of products.</summary>
    public T* MatrixOf(Parameter parameter) => Matrices + parameter.Start;

    /// <summary>Pointer to a parameter's gradient.</summary>
    public TResidual* GradientOf(Parameter parameter) => Gradients + parameter.Start;
}
