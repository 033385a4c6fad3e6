using Colossus.Cli.Workers;
using Colossus.Specs.Sites;

namespace Colossus.Cli.Machine;

/// <summary>This machine as a site: each core is an accelerator with the speed that <c>colossus doctor</c> measured.</summary>
internal static class MeasuredSite
{
    /// <summary>Name of the site on the command line.</summary>
    public const string Name = "this-machine";

    /// <summary>The site.</summary>
    /// <param name="host">Where the measurement is kept.</param>
    /// <param name="ranks">Ranks that share the cores; 0 for a rank on every core.</param>
    /// <exception cref="CliException">The speed cannot be measured here; exit code 3.</exception>
    public static SiteSpec Find(CliHost host, int ranks = 0)
    {
        var facts = MachineFacts.Read();
        var worker = WorkerCommand.Find(host);
        if (!PeakCache.Has(host, facts, worker))
        {
            host.Say("measuring this machine ...");
        }

        var probe = PeakCache.GetAsync(host, facts, worker, again: false, CancellationToken.None).GetAwaiter().GetResult();
        return Of(facts, probe, ranks);
    }

    /// <summary>The site of a machine.</summary>
    /// <param name="facts">What the operating system says of it.</param>
    /// <param name="probe">What was measured, on all its cores together.</param>
    /// <param name="ranks">Ranks that share the cores evenly, as the launcher gives them out; 0, or more than there are cores, for a rank on every core.</param>
    public static SiteSpec Of(MachineFacts facts, WorkerProbe probe, int ranks = 0)
    {
        var accelerators = ranks is > 0 && ranks < facts.Cores ? ranks : facts.Cores;
        var bandwidth = probe.MemoryBandwidth / accelerators;
        var core = new AcceleratorSpec(
            facts.Cores == accelerators ? "core" : $"{facts.Cores / accelerators}-cores",
            AcceleratorGeneration.Cpu,
            (double)facts.MemoryBytes / accelerators,
            bandwidth,
            1,
            probe.Fp32 / accelerators,
            probe.Peak / accelerators,
            PeakFp8: 0,
            PeakFp4: 0,
            LinkBandwidth: bandwidth / 2,
            LinkDomain: accelerators,
            PowerWatts: 0);
        return new SiteSpec(
            Name,
            $"{facts.Processor}, {facts.Cores} cores, measured by colossus doctor",
            [new PoolSpec(core, 1, accelerators)],
            FabricKind: "shared memory", NicGbpsPerGpu: bandwidth / 2 * 8 / 1e9, FabricTiers: 0, FabricEfficiency: 0.9, Pue: 1, Spares: 0);
    }
}
