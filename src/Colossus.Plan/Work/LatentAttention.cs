namespace Colossus.Plan.Work;

/// <summary>Widths of multi-head latent attention, in which keys and values pass through a narrow layer (arXiv 2405.04434).</summary>
/// <param name="QueryRank">Width of the narrow layer of queries.</param>
/// <param name="KeyValueRank">Width of the narrow layer of keys and values.</param>
/// <param name="RotaryWidth">Width of the part of a head that carries the position.</param>
/// <param name="PlainWidth">Width of the part of a head that does not.</param>
/// <param name="ValueWidth">Width of a head's values.</param>
public sealed record LatentAttention(int QueryRank, int KeyValueRank, int RotaryWidth, int PlainWidth, int ValueWidth)
{
    /// <summary>The widths of DeepSeek-V3 (arXiv 2412.19437).</summary>
    public static LatentAttention DeepSeekV3 { get; } = new(1536, 512, 64, 128, 128);
}
