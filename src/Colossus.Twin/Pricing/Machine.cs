using Colossus.Specs.Sites;

namespace Colossus.Twin.Pricing;

/// <summary>The machine on which a step runs: one kind of accelerator and the fabric around it.</summary>
/// <param name="Accelerator">The accelerator.</param>
/// <param name="LinkDomain">Accelerators joined by the fast link (in a node or a rack).</param>
/// <param name="NetworkBandwidth">Network of one accelerator towards other domains, bytes a second.</param>
/// <param name="FabricEfficiency">Share of that bandwidth that the site's fabric carries under load, relative to those that the twin was fitted on; default 1.</param>
public sealed record Machine(AcceleratorSpec Accelerator, int LinkDomain, double NetworkBandwidth, double FabricEfficiency = 1);
