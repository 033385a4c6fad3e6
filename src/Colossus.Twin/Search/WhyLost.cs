using Colossus.Twin.Estimates;

namespace Colossus.Twin.Search;

/// <summary>Says why one layout is slower than another.</summary>
public static class WhyLost
{
    /// <summary>A sentence without its end: the part of the step that costs most more, or the doubt about it.</summary>
    /// <param name="best">The better layout.</param>
    /// <param name="other">The other one.</param>
    public static string Sentence(RankedLayout best, RankedLayout other)
    {
        ArgumentNullException.ThrowIfNull(best);
        ArgumentNullException.ThrowIfNull(other);
        if (other.Price.Total <= best.Price.Total)
        {
            return "expected no slower, but less sure: no measured run used its schedule, or its size";
        }

        return NextChange.Reason(other.Price, best.Price).Replace(" s less ", " s more ", StringComparison.Ordinal);
    }
}
