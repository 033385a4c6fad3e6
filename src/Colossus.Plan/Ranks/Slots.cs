using Colossus.Plan.Lowering;

namespace Colossus.Plan.Ranks;

/// <summary>Which of a chunk's memories a micro-batch has, one index for each area that it keeps.</summary>
/// <param name="ForwardToBackward">From 0; of <see cref="Area.ForwardToBackward"/>.</param>
/// <param name="ForwardToWeights">From 0; of <see cref="Area.ForwardToWeights"/>.</param>
/// <param name="BackwardToWeights">From 0; of <see cref="Area.BackwardToWeights"/>.</param>
public readonly record struct Slots(int ForwardToBackward, int ForwardToWeights, int BackwardToWeights)
{
    /// <summary>The index for an area; 0 for scratch, of which there is one.</summary>
    /// <param name="area">The area.</param>
    public int Of(Area area) => area switch
    {
        Area.ForwardToBackward => ForwardToBackward,
        Area.ForwardToWeights => ForwardToWeights,
        Area.BackwardToWeights => BackwardToWeights,
        _ => 0,
    };
}
