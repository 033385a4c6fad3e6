using Colossus.Plan.Schedules;

namespace Colossus.Plan.Ranks;

/// <summary>Gives each micro-batch the lowest free memory of its chunk for as long as the order of actions keeps it, so that a chunk needs as many as are in flight at once.</summary>
public static class SlotAssignment
{
    /// <summary>Assigns memories.</summary>
    /// <param name="order">The actions of one stage in their order.</param>
    /// <param name="splitsWeightGradients">Whether a micro-batch ends with its pass of weight gradients instead of its backward pass.</param>
    /// <returns>The actions with their memories, and how many memories of each area every chunk needs.</returns>
    public static (StepAction[] Actions, IReadOnlyDictionary<int, Slots> Needed) Assign(ReadOnlySpan<PipelineAction> order, bool splitsWeightGradients)
    {
        var actions = new StepAction[order.Length];
        var chunks = new SortedDictionary<int, ChunkSlots>();
        for (int i = 0; i < order.Length; i++)
        {
            PipelineAction action = order[i];
            if (!chunks.TryGetValue(action.Chunk, out ChunkSlots? slots))
            {
                slots = new ChunkSlots();
                chunks.Add(action.Chunk, slots);
            }

            actions[i] = new StepAction(action, slots.Take(action, splitsWeightGradients));
        }

        return (actions, chunks.ToDictionary(pair => pair.Key, pair => pair.Value.Needed));
    }

    private sealed class ChunkSlots
    {
        private readonly SlotPool forwardToBackward = new();
        private readonly SlotPool forwardToWeights = new();
        private readonly SlotPool backwardToWeights = new();

        public Slots Needed => new(forwardToBackward.Count, forwardToWeights.Count, backwardToWeights.Count);

        public Slots Take(PipelineAction action, bool splits)
        {
            int micro = action.MicroBatch;
            switch (action.Kind)
            {
                case PassKind.Forward:
                    return new Slots(forwardToBackward.Take(micro), splits ? forwardToWeights.Take(micro) : 0, 0);
                case PassKind.Backward:
                    return new Slots(forwardToBackward.Release(micro), splits ? forwardToWeights.Of(micro) : 0, splits ? backwardToWeights.Take(micro) : 0);
                default:
                    return new Slots(0, forwardToWeights.Release(micro), backwardToWeights.Release(micro));
            }
        }
    }

    private sealed class SlotPool
    {
        private readonly SortedSet<int> free = [];
        private readonly Dictionary<int, int> taken = [];

        public int Count { get; private set; }

        public int Of(int microBatch) => taken[microBatch];

        public int Take(int microBatch)
        {
            int slot = free.Count > 0 ? free.Min : Count++;
            free.Remove(slot);
            taken.Add(microBatch, slot);
            return slot;
        }

        public int Release(int microBatch)
        {
            taken.Remove(microBatch, out int slot);
            free.Add(slot);
            return slot;
        }
    }
}
