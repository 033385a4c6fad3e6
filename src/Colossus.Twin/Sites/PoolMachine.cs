using Colossus.Twin.Pricing;

namespace Colossus.Twin.Sites;

/// <summary>Accelerators of one kind that a search may use.</summary>
/// <param name="Machine">What each of them is, and the fabric around it.</param>
/// <param name="Gpus">How many.</param>
public sealed record PoolMachine(Machine Machine, int Gpus);
