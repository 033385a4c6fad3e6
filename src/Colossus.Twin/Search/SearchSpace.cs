namespace Colossus.Twin.Search;

/// <summary>What a search over layouts varies.</summary>
/// <param name="Gpus">Most accelerators to use; a layout may leave some idle.</param>
/// <param name="GlobalBatch">Sequences a step.</param>
/// <param name="MostContext">Largest context parallelism; default 64.</param>
public sealed record SearchSpace(int Gpus, int GlobalBatch, int MostContext = 64);
