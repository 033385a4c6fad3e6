using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;

namespace Colossus.Training.Backends;

/// <summary>The flat vectors of one rank: working weights and gradients.</summary>
/// <param name="Table">Where each weight lies in them.</param>
/// <param name="Formats">Number formats.</param>
/// <param name="Weights">Working weights in the format of the residual stream.</param>
/// <param name="Matrices">The same in the format of products; equal to <paramref name="Weights"/> where the formats are.</param>
/// <param name="Gradients">This rank's gradients.</param>
internal sealed record WeightMemory(ParameterTable Table, NumberFormats Formats, nint Weights, nint Matrices, nint Gradients)
{
    /// <summary>Address of a working weight.</summary>
    public nint OfWeight(Weight weight) => At(Weights, weight, ValueFormat.Residual);

    /// <summary>Address of a working weight for products.</summary>
    public nint OfMatrix(Weight weight) => At(Matrices, weight, ValueFormat.Product);

    /// <summary>Address of a gradient.</summary>
    public nint OfGradient(Weight weight) => At(Gradients, weight, ValueFormat.Residual);

    private nint At(nint flat, Weight weight, ValueFormat format) => flat + (nint)(Table[weight.Name].Start * Formats.BytesOf(format));
}
