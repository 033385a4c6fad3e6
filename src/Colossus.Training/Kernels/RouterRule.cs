using Colossus.Specs.Jobs;

namespace Colossus.Training.Kernels;

/// <summary>How experts are chosen, as kernels want it; see <see cref="ExpertsSpec"/>.</summary>
/// <remarks>A copy, since the bodies of kernels are unmanaged: they may not hold a reference.</remarks>
internal readonly record struct RouterRule(int Count, int Active, RouterKind Kind, bool Renormalize, float Scale, int Groups, int ActiveGroups, float BalanceLoss, float ZLoss)
{
    /// <summary>That of a mixture.</summary>
    public static RouterRule Of(ExpertsSpec experts) => new(
        experts.Count,
        experts.Active,
        experts.Router,
        experts.Renormalize,
        (float)experts.Scale,
        experts.Groups,
        experts.ActiveGroups,
        (float)experts.BalanceLoss,
        (float)experts.ZLoss);
}
