using Colossus.Training.Kernels;

namespace Colossus.Training.Model;

/// <summary>RMSNorm (arXiv 1910.07467) over the rows of the residual stream, with what its backward pass needs.</summary>
/// <typeparam name="TResidual">Type of the residual stream, of the weight and of its gradient.</typeparam>
/// <typeparam name="T">Type of the result.</typeparam>
internal sealed unsafe class Norm<TResidual, T> : IDisposable
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly float epsilon;
    private readonly F32* dWeight;
    private readonly float* inverseRms;
    private TResidual* weight;
    private TResidual* gradient;

    public Norm(Arena arena, int rows, int width, double epsilon, F32* dWeight)
    {
        this.epsilon = (float)epsilon;
        this.dWeight = dWeight;
        inverseRms = arena.Take<float>(rows);
        Input = Matrix<TResidual>.In(arena, rows, width);
        Output = Matrix<T>.In(arena, rows, width);
    }

    /// <summary>The residual stream as it came in, [rows, hidden]; kept for the backward pass.</summary>
    public Matrix<TResidual> Input { get; }

    /// <summary>The normalised rows, [rows, hidden]; kept for the gradient of the product behind.</summary>
    public Matrix<T> Output { get; }

    public void Bind(TResidual* weight, TResidual* gradient)
    {
        this.weight = weight;
        this.gradient = gradient;
    }

    /// <summary>Normalises <see cref="Input"/>, which the caller has filled.</summary>
    public void Forward() => RmsNorm.Forward(Input.Data, weight, Output.Data, inverseRms, Input.Rows, Input.Columns, epsilon);

    /// <summary>Input = residual + branch; Output = norm(Input).</summary>
    /// <param name="residual">The residual stream before the branch.</param>
    /// <param name="branch">What the branch adds.</param>
    public void AddForward(Matrix<TResidual> residual, Matrix<T> branch) =>
        RmsNorm.AddForward(residual.Data, branch.Data, Input.Data, weight, Output.Data, inverseRms, Input.Rows, Input.Columns, epsilon);

    /// <summary>dResidual += gradient through the norm; the weight's gradient is stored or added.</summary>
    /// <param name="dOutput">Gradient of <see cref="Output"/>.</param>
    /// <param name="dResidual">Gradient of the residual stream.</param>
    /// <param name="accumulateInput">False overwrites <paramref name="dResidual"/>.</param>
    /// <param name="accumulateWeight">Whether to add to the weight's gradient that is there.</param>
    public void Backward(Matrix<T> dOutput, Matrix<TResidual> dResidual, bool accumulateInput, bool accumulateWeight)
    {
        Flat.Zero(dWeight, Input.Columns);
        RmsNorm.Backward(
            dOutput.Data, Input.Data, weight, inverseRms, dResidual.Data, accumulateInput, (float*)dWeight, Input.Rows, Input.Columns);
        if (!accumulateWeight)
        {
            Flat.Convert(dWeight, gradient, Input.Columns);
        }
        else
        {
            Flat.Add(gradient, dWeight, Input.Columns);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
    }
}
