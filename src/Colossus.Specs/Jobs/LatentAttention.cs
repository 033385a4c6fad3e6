namespace Colossus.Specs.Jobs;

/// <summary>
/// Multi-head latent attention (arXiv 2405.04434, section 2.1): keys and values of all heads are made from one narrow layer, queries from another, and positions are carried by a part of
/// each head that is rotary; that part of a key is one for all heads.
/// </summary>
/// <param name="QueryRank">Width of the narrow layer of queries; 0 for none: queries are one product, as in DeepSeek-V2-Lite. Default 0.</param>
/// <param name="KeyValueRank">Width of the narrow layer of keys and values.</param>
/// <param name="RotaryWidth">Width of the rotary part of a head; even.</param>
/// <param name="PlainWidth">Width of the rest of a head of queries and keys.</param>
/// <param name="ValueWidth">Width of a head's values; default: <paramref name="PlainWidth"/>.</param>
public sealed record LatentAttention(int QueryRank, int KeyValueRank, int RotaryWidth, int PlainWidth, int ValueWidth)
{
    /// <summary>Width of a head of queries and keys, over which scores are summed.</summary>
    public int ScoreWidth => PlainWidth + RotaryWidth;
}
