namespace Colossus.Twin.Search;

/// <summary>What a search over layouts varies.</summary>
/// <param name="Gpus">Most accelerators to use.</param>
/// <param name="GlobalBatch">Sequences a step.</param>
/// <param name="Exact">Whether all of them must be used; default false: a layout may leave the rest idle.</param>
/// <param name="MostContext">Largest context parallelism; default 64.</param>
public sealed record SearchSpace(int Gpus, int GlobalBatch, bool Exact = false, int MostContext = 64);
