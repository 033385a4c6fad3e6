using System.Runtime.InteropServices;
using Colossus.Collectives;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Engine;

/// <summary>Adds up over all ranks how many tokens came to each expert in a step.</summary>
internal sealed class ExpertLoads
{
    // An exchange takes so many at most; the layers of a large model need several.
    private const int AtOnce = Group.MostExchangeBytes / sizeof(long);

    private readonly Group everyone;
    private readonly ExpertsSpec experts;
    private readonly int layers;
    private readonly long[] all;

    private ExpertLoads(ExpertsSpec experts, int layers, Group everyone)
    {
        this.everyone = everyone;
        this.experts = experts;
        this.layers = layers;
        all = new long[AtOnce * everyone.Size];
    }

    /// <summary>For a model; null where it has no experts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="everyone">The group of all ranks.</param>
    public static ExpertLoads? For(ModelSpec model, Group everyone) => model.Experts is { } experts ? new ExpertLoads(experts, model.Layers - experts.DenseLayers, everyone) : null;

    /// <summary>Adds up, together with all ranks.</summary>
    /// <param name="mine">Of each layer of this rank the tokens that came to each of its experts.</param>
    /// <returns>A list for each layer with experts, in their order.</returns>
    public IReadOnlyList<IReadOnlyList<long>> Exchange(IReadOnlyDictionary<int, long[]> mine)
    {
        long[] sums = new long[layers * experts.Count];
        foreach (var (layer, loads) in mine)
        {
            loads.CopyTo(sums, (layer - experts.DenseLayers) * experts.Count);
        }

        for (int first = 0; first < sums.Length; first += AtOnce)
        {
            Span<long> part = sums.AsSpan(first, Math.Min(AtOnce, sums.Length - first));
            Span<long> ofAll = all.AsSpan(0, part.Length * everyone.Size);
            everyone.Exchange(MemoryMarshal.AsBytes(part), MemoryMarshal.AsBytes(ofAll));
            part.Clear();
            for (int i = 0; i < ofAll.Length; i++)
            {
                part[i % part.Length] += ofAll[i];
            }
        }

        return sums.Chunk(experts.Count).ToArray();
    }
}
