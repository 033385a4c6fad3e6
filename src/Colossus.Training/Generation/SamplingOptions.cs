namespace Colossus.Training.Generation;

/// <summary>How the next token is drawn.</summary>
/// <param name="Temperature">Divides the logits; 0 always takes the likeliest; default 0.8.</param>
/// <param name="TopK">Only so many of the likeliest tokens; 0 for all.</param>
/// <param name="TopP">Only the likeliest tokens that together reach this probability; 1 for all.</param>
/// <param name="Seed">Seed of the draws: the same seed, prompt and weights give the same text.</param>
public sealed record SamplingOptions(double Temperature = 0.8, int TopK = 0, double TopP = 1, ulong Seed = 1);
