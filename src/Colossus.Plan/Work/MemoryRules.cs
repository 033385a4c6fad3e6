namespace Colossus.Plan.Work;

/// <summary>How many bytes a training program keeps for each weight and each activation.</summary>
/// <param name="WeightBytes">Bytes of a weight in the format of computation; default 2.</param>
/// <param name="GradientBytes">Bytes of a gradient; default 4 (sums in 32 bits), 2 in arXiv 1910.02054.</param>
/// <param name="OptimizerBytes">Bytes of optimizer state a weight; default 12: master weight and two moments of AdamW in 32 bits.</param>
/// <param name="Dropout">Whether dropout keeps its masks; default false.</param>
/// <param name="ProductInputBytes">Bytes of an element that a matrix product keeps of its input; default 2, with 8-bit products 1.</param>
/// <param name="FlashAttention">Whether attention keeps no scores; default true.</param>
public sealed record MemoryRules(double WeightBytes = 2, double GradientBytes = 4, double OptimizerBytes = 12, bool Dropout = false, bool FlashAttention = true, double ProductInputBytes = 2);
