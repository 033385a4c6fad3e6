namespace Colossus.Plan.Programs.Operations;

/// <summary>Sizes of attention on this rank.</summary>
/// <param name="Sequences">Sequences of the micro-batch.</param>
/// <param name="Sequence">Tokens of a sequence.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads, a divisor of <paramref name="Heads"/>.</param>
/// <param name="HeadWidth">Elements of a query head and of a key head.</param>
/// <param name="ScoreCap">Scores x become cap · tanh(x / cap); 0 for none.</param>
public sealed record AttentionGeometry(int Sequences, int Sequence, int Heads, int KvHeads, int HeadWidth, double ScoreCap)
{
    /// <summary>Elements of a value head and of a head of the result; by default those of a query head.</summary>
    public int ValueWidth { get; init; } = HeadWidth;

    /// <summary>Factor on scores; by default 1 / √<see cref="HeadWidth"/>.</summary>
    public double Scale { get; init; } = 1 / Math.Sqrt(HeadWidth);

    /// <summary>Which tokens of a sequence have their queries here; by default all.</summary>
    public TokenRows Queries { get; init; } = new(Sequence);

    /// <summary>Tokens that those of the queries here see together, themselves included, where each sees all before it. Ranks that share each sequence have equal parts of it.</summary>
    public double Visible => 0.5 * Sequences * Sequence * (Sequence + 1.0) / Queries.Sharers;

    /// <summary>Operations of scores and of their product with the values. A token counts half of what it sees of itself: n tokens in a row cost n² / 2 scores, half of the full square.</summary>
    /// <param name="visible">Tokens that those of the queries here see together, themselves included.</param>
    public double FlopsOf(double visible) => 2 * Heads * (HeadWidth + ValueWidth) * (visible - (0.5 * Sequences * Queries.OfSequence));
}
