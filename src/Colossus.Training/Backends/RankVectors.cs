using Colossus.Plan.Lowering;
using Colossus.Plan.Programs;
using Colossus.Plan.Ranks;

namespace Colossus.Training.Backends;

/// <summary>Where a rank's weights and gradients lie, outside of what its passes keep.</summary>
/// <param name="Program">What the rank does.</param>
/// <param name="Weights">Working weights in the format of the residual stream.</param>
/// <param name="Matrices">The same in the format of products; equal to <paramref name="Weights"/> where the formats are.</param>
/// <param name="Gradients">This rank's gradients.</param>
/// <param name="Exchange">Memory for gathered weights and for gradients that are reduced at every micro-batch.</param>
internal sealed record RankVectors(RankProgram Program, nint Weights, nint Matrices, nint Gradients, nint Exchange)
{
    /// <summary>Address of a weight for a pass.</summary>
    /// <param name="pass">The pass: it may have gathered the weight.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="format">The format in which it is read.</param>
    public nint OfWeight(Pass pass, Weight weight, ValueFormat format)
    {
        var formats = Program.Formats;
        var bucket = Program.Table.Buckets[weight.Bucket];
        long start = Program.Table.StartOf(weight);
        if (pass.WeightsOf(weight.Bucket, format) is { } gathered)
        {
            return Exchange + (nint)(pass.PlaceOf(gathered).Offset + ((start - bucket.ReadIn(format, formats).Start) * formats.BytesOf(format)));
        }

        long element = Program.Buckets.WeightOffset(weight.Bucket) + start - bucket.Range.Start;
        return (format == ValueFormat.Product ? Matrices : Weights) + (nint)(element * formats.BytesOf(format));
    }

    /// <summary>Address of a weight's gradient for a pass.</summary>
    /// <param name="pass">The pass: it may have memory of its own for it.</param>
    /// <param name="weight">The weight.</param>
    public nint OfGradient(Pass pass, Weight weight)
    {
        long element = Program.Table.StartOf(weight) - Program.Table.Buckets[weight.Bucket].Range.Start;
        int bytes = Program.Formats.ResidualBytes;
        return pass.GradientsOf(weight.Bucket) is { } value
            ? Exchange + (nint)(pass.PlaceOf(value).Offset + (element * bytes))
            : Gradients + (nint)((Program.Buckets.GradientOffset(weight.Bucket) + element) * bytes);
    }
}
