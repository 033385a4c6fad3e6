namespace Colossus.Specs.Randomness;

/// <summary>Seeded numbers that are functions of a counter (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014): no state, any place at once, the same bits everywhere.</summary>
public static class SplitMix64
{
    /// <summary>The odd constant by which the generator's counter advances: 2⁶⁴ divided by the golden ratio.</summary>
    public const ulong Increment = 0x9E3779B97F4A7C15;

    /// <summary>Mixes a counter so that neighbouring values have nothing in common; 0 stays 0, so advance the counter by <see cref="Increment"/> first.</summary>
    /// <param name="value">The counter.</param>
    /// <returns>64 bits that look random.</returns>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>The upper 53 bits as a number from 0 up to, but not, 1.</summary>
    /// <param name="bits">Random bits.</param>
    public static double Uniform(ulong bits) => (bits >> 11) * (1.0 / (1UL << 53));
}
