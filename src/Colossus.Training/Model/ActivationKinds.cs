using Colossus.Specs.Jobs;

namespace Colossus.Training.Model;

/// <summary>What the model needs to know of an <see cref="Activation"/>.</summary>
internal static class ActivationKinds
{
    /// <summary>Whether the activation multiplies two projections.</summary>
    public static bool IsGated(this Activation activation) => activation is Activation.SwiGlu or Activation.GeGlu;
}
