namespace Colossus.Specs.Sites;

/// <summary>Machines of one kind in a site.</summary>
/// <param name="Accelerator">Their accelerator.</param>
/// <param name="Nodes">How many machines, 1 or more.</param>
/// <param name="GpusPerNode">Accelerators in each, 1 or more; default 8.</param>
public sealed record PoolSpec(AcceleratorSpec Accelerator, int Nodes, int GpusPerNode)
{
    /// <summary>Accelerators of the pool.</summary>
    public int Gpus => Nodes * GpusPerNode;
}
