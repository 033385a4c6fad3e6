using Colossus.Plan.Lowering;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Ranks;

namespace Colossus.Training.Backends;

/// <summary>Executes the passes of one chunk, operation by operation, on the memory of one backend.</summary>
internal sealed class ChunkExecutor
{
    private readonly IBackend backend;
    private readonly DeviceMemory scratch;
    private readonly Dictionary<Area, DeviceMemory[]> kept = [];
    private readonly Dictionary<(Pass Pass, Slots Slots), BoundPass> bound = [];
    private RankVectors? vectors;

    /// <summary>Takes memory for the micro-batches in flight.</summary>
    /// <param name="backend">Executes operations.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="scratch">Memory that all passes of the rank use in turn.</param>
    public ChunkExecutor(IBackend backend, RankChunk chunk, DeviceMemory scratch)
    {
        this.backend = backend;
        this.scratch = scratch;
        foreach (Area area in (ReadOnlySpan<Area>)[Area.ForwardToBackward, Area.ForwardToWeights, Area.BackwardToWeights])
        {
            kept.Add(area, [.. Enumerable.Range(0, chunk.Needed.Of(area)).Select(_ => backend.Allocate(chunk.Program.BytesOf(area)))]);
        }
    }

    /// <summary>Points the operations at weights and gradients, perhaps of another epoch.</summary>
    /// <param name="memory">Where they lie.</param>
    public void Bind(RankVectors memory)
    {
        vectors = memory;
        bound.Clear();
    }

    /// <summary>Where a value lies that a message brings or takes.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="slots">The memory of its micro-batch.</param>
    /// <param name="value">The value.</param>
    /// <param name="bytes">Its size.</param>
    public DeviceMemory MemoryOf(Pass pass, Slots slots, Value value, long bytes) => new(AddressOf(pass.PlaceOf(value), slots), bytes);

    /// <summary>Runs a pass.</summary>
    /// <param name="pass">A pass of the chunk.</param>
    /// <param name="slots">The memory of its micro-batch.</param>
    /// <param name="arguments">What differs between micro-batches.</param>
    /// <param name="communicator">Does what ranks do together.</param>
    public void Run(Pass pass, Slots slots, PassArguments arguments, ICommunicator communicator)
    {
        (PassMemory memory, IBoundOperation?[] operations) = Bound(pass, slots);
        for (int i = 0; i < operations.Length; i++)
        {
            if (operations[i] is { } operation)
            {
                operation.Run(arguments);
            }
            else
            {
                communicator.Run((Communication)pass.Operations[i], memory, arguments.MicroBatch);
            }
        }
    }

    private BoundPass Bound(Pass pass, Slots slots)
    {
        if (!bound.TryGetValue((pass, slots), out var ready))
        {
            var memory = new PassMemory(this, pass, slots, vectors ?? throw new InvalidOperationException("nothing is bound"));
            ready = new BoundPass(memory, [.. pass.Operations.Select(operation => operation is Communication ? null : backend.Bind(operation, memory))]);
            bound.Add((pass, slots), ready);
        }

        return ready;
    }

    private nint AddressOf(Place place, Slots slots) => place.Area switch
    {
        Area.Exchange => vectors!.Exchange + (nint)place.Offset,
        Area.Scratch => scratch.At(place.Offset),
        _ => kept[place.Area][slots.Of(place.Area)].At(place.Offset),
    };

    private sealed record BoundPass(PassMemory Memory, IBoundOperation?[] Operations);

    private sealed class PassMemory(ChunkExecutor executor, Pass pass, Slots slots, RankVectors vectors) : IOperationMemory
    {
        public nint Of(Value value) => executor.AddressOf(pass.PlaceOf(value), slots);

        public nint OfWeight(Weight weight) => vectors.OfWeight(pass, weight, ValueFormat.Residual);

        public nint OfMatrix(Weight weight) => vectors.OfWeight(pass, weight, ValueFormat.Product);

        public nint OfGradient(Weight weight) => vectors.OfGradient(pass, weight);
    }
}
