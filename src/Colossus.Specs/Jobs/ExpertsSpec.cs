namespace Colossus.Specs.Jobs;

/// <summary>A mixture of experts in place of the dense feed-forward part.</summary>
/// <param name="Count">Experts a layer.</param>
/// <param name="Active">Experts that a token visits, at most <paramref name="Count"/>.</param>
/// <param name="Shared">Experts that every token visits besides; default 0.</param>
/// <param name="Ffn">Inner width of one expert; default: the model's <c>ffn</c>.</param>
public sealed record ExpertsSpec(int Count, int Active, int Shared, int Ffn);
