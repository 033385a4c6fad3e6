using Colossus.Specs.Jobs;

namespace Colossus.Training.Generation;

/// <summary>Rotary positions (arXiv 2104.09864) of the decoder, apart from those of the training code.</summary>
/// <param name="model">The model.</param>
internal sealed class DecoderRotary(ModelSpec model)
{
    /// <summary>Turns pairs as Hugging Face has them: element i with element i + width / 2.</summary>
    /// <param name="turned">The elements that are turned.</param>
    /// <param name="position">Position of the token.</param>
    public void TurnHalves(Span<float> turned, int position)
    {
        int half = turned.Length / 2;
        for (int pair = 0; pair < half; pair++)
        {
            Turn(ref turned[pair], ref turned[half + pair], position * Frequency(pair, turned.Length));
        }
    }

    /// <summary>Turns pairs as the paper and DeepSeek have them: neighbours.</summary>
    /// <inheritdoc cref="TurnHalves"/>
    public void TurnNeighbours(Span<float> turned, int position)
    {
        for (int pair = 0; pair < turned.Length / 2; pair++)
        {
            Turn(ref turned[2 * pair], ref turned[(2 * pair) + 1], position * Frequency(pair, turned.Length));
        }
    }

    private static void Turn(ref float first, ref float second, double angle)
    {
        float cosine = (float)Math.Cos(angle);
        float sine = (float)Math.Sin(angle);
        (first, second) = ((first * cosine) - (second * sine), (second * cosine) + (first * sine));
    }

    private double Frequency(int pair, int width)
    {
        double frequency = Math.Pow(model.RopeBase, -2.0 * pair / width);
        return model.RopeScaling switch
        {
            null => frequency,
            { Kind: RopeScalingKind.Yarn } scaling => Stretched(frequency, scaling, pair, width),
            var scaling => Stretched(frequency, scaling),
        };
    }

    // By wavelengths, as meta-llama/llama-models' apply_scaling has it.
    private static double Stretched(double frequency, RopeScaling scaling)
    {
        double wavelength = 2 * Math.PI / frequency;
        if (wavelength < scaling.OriginalSequence / scaling.HighFrequency)
        {
            return frequency;
        }

        if (wavelength > scaling.OriginalSequence / scaling.LowFrequency)
        {
            return frequency / scaling.Factor;
        }

        double smooth = ((scaling.OriginalSequence / wavelength) - scaling.LowFrequency) / (scaling.HighFrequency - scaling.LowFrequency);
        return ((1 - smooth) * frequency / scaling.Factor) + (smooth * frequency);
    }

    // As precompute_freqs_cis in inference/model.py of deepseek-ai/DeepSeek-V3 has it.
    private double Stretched(double frequency, RopeScaling scaling, int pair, int width)
    {
        double CorrectionDim(double rotations) => width * Math.Log(scaling.OriginalSequence / (rotations * 2 * Math.PI)) / (2 * Math.Log(model.RopeBase));
        double low = Math.Max(Math.Floor(CorrectionDim(scaling.HighFrequency)), 0);
        double high = Math.Min(Math.Ceiling(CorrectionDim(scaling.LowFrequency)), width - 1);
        double ramp = low == high ? (pair <= low ? 0 : 1) : Math.Clamp((pair - low) / (high - low), 0, 1);
        double smooth = 1 - ramp;
        return (frequency / scaling.Factor * (1 - smooth)) + (frequency * smooth);
    }
}
