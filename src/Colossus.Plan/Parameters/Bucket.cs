using Colossus.Plan.Programs;

namespace Colossus.Plan.Parameters;

/// <summary>A run of the flat vector whose gradients are complete at one point of a backward pass: the embedding, each layer, its experts, the final norm, the head.</summary>
/// <param name="Block">Index of the block that uses it.</param>
/// <param name="Range">Its elements, a multiple of <see cref="ParameterTable.Alignment"/>.</param>
/// <param name="InResidual">Those that operations read in the format of the residual stream; they come first.</param>
/// <param name="InProducts">Those that are read in the format of products.</param>
/// <param name="Source">
/// The parameter that the bucket uses a second time: the embedding, for a tied head. It has a gradient of its own here, and lies behind all parameters of the flat vector;
/// its values and their state belong to the parameter. Null for a bucket of its own parameters.
/// </param>
public sealed record Bucket(int Block, FlatRange Range, FlatRange InResidual, FlatRange InProducts, Parameter? Source)
{
    /// <summary>Whether it holds experts, of which other ranks have copies than of all else.</summary>
    public bool HoldsExperts { get; init; }

    /// <summary>Whether its values and their state lie in another bucket.</summary>
    public bool IsCopy => Source is not null;

    /// <summary>What is needed of it in one format: the part that is read so, or all of it where weights have one format only.</summary>
    /// <param name="format"><see cref="ValueFormat.Residual"/> or <see cref="ValueFormat.Product"/>.</param>
    /// <param name="formats">Number formats.</param>
    public FlatRange ReadIn(ValueFormat format, NumberFormats formats) =>
        !formats.SeparateMatrices ? Range : format == ValueFormat.Residual ? InResidual : InProducts;
}
