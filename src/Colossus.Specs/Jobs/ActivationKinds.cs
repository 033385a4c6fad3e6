namespace Colossus.Specs.Jobs;

/// <summary>Kinds of <see cref="Activation"/>.</summary>
public static class ActivationKinds
{
    /// <summary>Whether the activation multiplies two projections, so that a feed-forward part has three matrices instead of two.</summary>
    /// <param name="activation">The activation.</param>
    public static bool IsGated(this Activation activation) => activation is Activation.SwiGlu or Activation.GeGlu;
}
