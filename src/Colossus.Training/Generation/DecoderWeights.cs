using Colossus.Plan.Parameters;

namespace Colossus.Training.Generation;

/// <summary>The weights of a model in fp32, for writing text with it.</summary>
/// <param name="table">The model's parameters.</param>
/// <param name="flat">The flat vector.</param>
internal sealed class DecoderWeights(ParameterTable table, float[] flat)
{
    /// <summary>The values of a parameter, row-major.</summary>
    /// <param name="name">Hugging Face's name.</param>
    public ReadOnlySpan<float> this[string name]
    {
        get
        {
            var parameter = table[name];
            return flat.AsSpan(checked((int)parameter.Start), checked((int)parameter.Count));
        }
    }
}
