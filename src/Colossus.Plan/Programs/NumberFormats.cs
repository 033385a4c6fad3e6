using Colossus.Specs.Jobs;

namespace Colossus.Plan.Programs;

/// <summary>Which number formats a job's precision means for each kind of value.</summary>
/// <param name="BfResidual">Whether the residual stream, working weights and gradients are bf16; else fp32.</param>
/// <param name="BfProducts">Whether operands of products are bf16; else fp32.</param>
/// <param name="RoundWeights">Whether weights take bf16 values only, whatever they are stored in.</param>
/// <param name="ExactSums">Whether gradients of micro-batches are added up as 64-bit integers; else as 32-bit floats.</param>
public readonly record struct NumberFormats(bool BfResidual, bool BfProducts, bool RoundWeights, bool ExactSums = false)
{
    /// <summary>Bytes of a working weight and of a gradient.</summary>
    public int ResidualBytes => BfResidual ? 2 : 4;

    /// <summary>Whether products need a copy of the weights in another format, and their gradients a conversion.</summary>
    public bool SeparateMatrices => BfProducts && !BfResidual;

    /// <summary>The formats of a job.</summary>
    /// <param name="train">Precision, and products as resolved for the machine.</param>
    /// <exception cref="NotSupportedException">A precision that is priced but not trained.</exception>
    public static NumberFormats Of(TrainSpec train)
    {
        ArgumentNullException.ThrowIfNull(train);
        NumberFormats formats = train.Precision switch
        {
            Precision.Fp32 => new(false, false, false),
            Precision.Autocast => new(false, true, false),
            Precision.Bf16 when train.Products == ProductFormat.Fp32 => new(false, false, true),
            Precision.Bf16 => new(true, true, true),
            _ => throw new NotSupportedException($"{train.Precision} cannot be trained yet"),
        };
        return formats with { ExactSums = train.Sums == GradientSums.Exact };
    }

    /// <summary>Bytes of an element.</summary>
    /// <param name="format">What kind of value.</param>
    public int BytesOf(ValueFormat format) => format switch
    {
        ValueFormat.Residual => ResidualBytes,
        ValueFormat.Product => BfProducts ? 2 : 4,
        _ => 4,
    };
}
