using Colossus.Specs.Jobs;

namespace Colossus.Plan.Programs.Operations;

/// <summary>The angles of rotary positions (arXiv 2104.09864): pair i of a head turns by base^(-2i / width) from one position to the next, before scaling.</summary>
/// <param name="Sequence">Positions.</param>
/// <param name="Width">Elements of a head that are turned, its first ones; even.</param>
/// <param name="Base">Base of the angles.</param>
/// <param name="Scaling">Scaling for longer contexts; null for none.</param>
public sealed record RotaryPositions(int Sequence, int Width, double Base, RopeScaling? Scaling = null)
{
    /// <summary>The angle that a pair turns by from one position to the next, in radians.</summary>
    /// <param name="pair">Index of the pair, 0 to half of <see cref="Width"/> - 1.</param>
    public double Angle(int pair) => Scaling?.Angle(pair, Width, Base) ?? Math.Pow(Base, -2.0 * pair / Width);
}
