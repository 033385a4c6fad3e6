namespace Colossus.Collectives;

/// <summary>
/// Fixed-point numbers of 64 bits, in which floats are added up. Each is rounded to a multiple of the unit, 2^-<see cref="Digits"/>, on its own; integers add in any order to the same sum.
/// The unit holds for all numbers that are added, so it is chosen before they are known, and what was seen tells whether it was the right one.
/// </summary>
/// <remarks>
/// Usually a unit is 2⁻⁵⁴ = 5.6e-17. Gradients of a mean loss are a million times larger at least, AdamW adds 1e-8 to their size before it divides by it, and up to 2⁸ the sum has room. Only a sum that may
/// be larger, or whose largest number keeps fewer than 30 bits, needs another unit. Which one follows from the numbers themselves and not from what was summed before: nothing has to be remembered.
/// </remarks>
public sealed class FixedPoint
{
    /// <summary>Digits that are tried first.</summary>
    public const int UsualDigits = 54;

    private const int SumBits = 62, LargestUsual = SumBits - UsualDigits, LeastUsual = -24;

    private uint largest;

    /// <summary>Binary digits behind the point: -66 and more for one addend, and one less for each doubling of their number.</summary>
    public int Digits { get; private set; } = UsualDigits;

    /// <summary>The largest magnitude that was added since <see cref="Begin"/>; infinite or NaN as soon as one was. Integers that were added do not count.</summary>
    public float Largest => BitConverter.UInt32BitsToSingle(largest);

    /// <summary>Begins new sums.</summary>
    /// <param name="digits">Binary digits behind the point.</param>
    public void Begin(int digits) => (Digits, largest) = (digits, 0);

    /// <summary>The digits with which numbers are to be added up.</summary>
    /// <param name="largest">Largest magnitude of one of them. Where it is not finite, neither is the sum, and any digits will do.</param>
    /// <param name="addends">Most numbers of one sum.</param>
    public static int DigitsFor(float largest, long addends)
    {
        double most = (double)largest * addends;
        int bits = Math.ILogB(most) + 1;
        return most == 0 || !double.IsFinite(most) || bits is >= LeastUsual and <= LargestUsual ? UsualDigits : SumBits - bits;
    }

    /// <summary>Takes note of numbers that were added.</summary>
    /// <param name="magnitude">Bits of the largest magnitude as a 32-bit float: they have the order of the numbers, with NaN above infinity.</param>
    internal void See(uint magnitude) => largest = Math.Max(largest, magnitude);
}
