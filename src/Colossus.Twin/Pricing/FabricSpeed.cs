using Colossus.Plan.Work;

namespace Colossus.Twin.Pricing;

/// <summary>Time of a collective: ring bandwidth over the tiers that its group touches, and a latency that grows with the domains.</summary>
internal sealed class FabricSpeed
{
    /// <summary>Seconds that a ring takes for each domain it passes, however few the bytes (NCCL's tuning model: 5 to 14 µs a network step of a ring).</summary>
    private const double ringStepSeconds = 5e-6;

    private readonly double linkRate;
    private readonly double linkLatency;
    private readonly double networkRate;
    private readonly double networkLatency;
    private readonly double networkScale;

    public FabricSpeed(Machine machine, TwinParameters parameters)
    {
        Domain = machine.LinkDomain;
        linkRate = machine.Accelerator.LinkBandwidth * parameters[Parameter.LinkEfficiency];
        this.linkLatency = parameters[Parameter.LinkLatency];
        networkRate = machine.NetworkBandwidth * machine.FabricEfficiency * parameters[Parameter.NetworkEfficiency];
        this.networkLatency = parameters[Parameter.NetworkLatency];
        this.networkScale = parameters[Parameter.NetworkScale];
    }

    /// <summary>Accelerators in one domain of the fast link.</summary>
    public int Domain { get; }

    /// <summary>Members of a group that share a domain, when neighbours in the group are <paramref name="stride"/> ranks apart.</summary>
    public int LocalMembers(int ranks, int stride) => Math.Clamp(Domain / Math.Max(1, stride), 1, ranks);

    /// <summary>Seconds of one ring collective in which each rank sends <paramref name="sentBytes"/>.</summary>
    public double Ring(double sentBytes, int ranks, int stride)
    {
        if (ranks <= 1)
        {
            return 0;
        }

        int local = LocalMembers(ranks, stride);
        if (local >= ranks)
        {
            return (sentBytes / linkRate) + linkLatency;
        }

        // A ring passes a domain's border once in each direction, so all its members' networks carry the same bytes side by side.
        double doublings = Math.Log2((double)ranks / local);
        double network = networkRate * local / (1 + (networkScale * doublings));
        return (sentBytes / Math.Min(linkRate, network)) + linkLatency + (networkLatency * doublings) + (ringStepSeconds * ranks / local);
    }

    /// <summary>Seconds of one exchange with experts: tokens cross the network once for each domain they must reach, the link once for each expert.</summary>
    public double Exchange(in Collective collective, int active)
    {
        int ranks = collective.Ranks;
        int domains = (ranks + Domain - 1) / Domain;
        double link = collective.SentBytes / collective.Count / linkRate;
        if (domains == 1)
        {
            return link + linkLatency;
        }

        double reached = domains * (1 - Math.Pow(1 - (1.0 / domains), active));
        double crossing = collective.Bytes / active * reached * (domains - 1) / domains;
        double network = crossing * (1 + (networkScale * Math.Log2(domains))) / networkRate;
        return Math.Max(link, network) + linkLatency + (networkLatency * Math.Log2(domains));
    }

    /// <summary>Seconds of one message to a rank <paramref name="distance"/> places away.</summary>
    public double Message(double bytes, int distance) =>
        distance < Domain ? (bytes / linkRate) + linkLatency : (bytes / networkRate) + linkLatency + networkLatency;
}
