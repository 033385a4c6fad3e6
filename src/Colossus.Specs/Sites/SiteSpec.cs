namespace Colossus.Specs.Sites;

/// <summary>A place with accelerators: the machines, the fabric between them, power, and how often they fail.</summary>
/// <param name="Name">Name in files and on the command line.</param>
/// <param name="Description">One sentence; may be empty.</param>
/// <param name="Pools">The machines, by kind.</param>
/// <param name="FabricKind">Kind of the fabric, free text such as <c>rail-optimized</c>.</param>
/// <param name="NicGbpsPerGpu">Network of one accelerator, Gb/s; default 400.</param>
/// <param name="FabricTiers">Tiers of switches; default 3.</param>
/// <param name="FabricEfficiency">Share of that network which carries data under load, above 0 to 1; default 0.9.</param>
/// <param name="Megawatts">Power of the whole site, MW; 0 if not known.</param>
/// <param name="Pue">Power usage effectiveness: power of the site over power of its machines, 1 or more; default 1.3.</param>
/// <param name="FailuresPerNodeDay">Failures of a machine a day; default 6.5e-3 (arXiv 2410.21680, RSC-1).</param>
/// <param name="RepairSeconds">Time until a failed machine is back; default two days.</param>
/// <param name="Spares">Spare machines as a share of all, 0 to 1; default 0.02.</param>
public sealed record SiteSpec(
    string Name,
    string Description,
    IReadOnlyList<PoolSpec> Pools,
    string FabricKind = "",
    double NicGbpsPerGpu = 400,
    int FabricTiers = 3,
    double FabricEfficiency = 0.9,
    double Megawatts = 0,
    double Pue = 1.3,
    double FailuresPerNodeDay = 6.5e-3,
    double RepairSeconds = 172_800,
    double Spares = 0.02)
{
    /// <summary>Accelerators of the site.</summary>
    public int Gpus => Pools.Sum(static pool => pool.Gpus);

    /// <summary>Machines of the site.</summary>
    public int Nodes => Pools.Sum(static pool => pool.Nodes);

    /// <summary>Memory of all accelerators, bytes.</summary>
    public double MemoryBytes => Pools.Sum(static pool => pool.Gpus * pool.Accelerator.MemoryBytes);

    /// <summary>Memory bandwidth of all accelerators, bytes a second.</summary>
    public double MemoryBandwidth => Pools.Sum(static pool => pool.Gpus * pool.Accelerator.MemoryBandwidth);

    /// <summary>Power of all accelerators, W.</summary>
    public double AcceleratorWatts => Pools.Sum(static pool => pool.Gpus * pool.Accelerator.PowerWatts);

    /// <summary>Peak of dense products in a format over all accelerators that have it, FLOP a second.</summary>
    /// <param name="format">The format.</param>
    public double Peak(MatrixFormat format) => Pools.Sum(pool => pool.Gpus * pool.Accelerator.Peak(format));
}
