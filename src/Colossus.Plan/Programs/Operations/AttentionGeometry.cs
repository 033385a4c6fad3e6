namespace Colossus.Plan.Programs.Operations;

/// <summary>Sizes of attention on this rank.</summary>
/// <param name="Sequences">Sequences of the micro-batch.</param>
/// <param name="Sequence">Tokens of a sequence.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads, a divisor of <paramref name="Heads"/>.</param>
/// <param name="HeadWidth">Elements of a head.</param>
/// <param name="ScoreCap">Scores x become cap · tanh(x / cap); 0 for none.</param>
public sealed record AttentionGeometry(int Sequences, int Sequence, int Heads, int KvHeads, int HeadWidth, double ScoreCap);
