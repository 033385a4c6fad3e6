using System.Numerics;

namespace Colossus.Training.Kernels;

/// <summary>
/// A sum of doubles without rounding, so that it does not depend on their order or on who added which: a fixed-point number that holds every finite double (Kulisch's accumulator).
/// </summary>
internal sealed class ExactSum
{
    /// <summary>Digits of 32 bits from 2⁻¹⁰⁷⁴ up to above 2¹⁰²⁴, and one more that counts values that are not finite.</summary>
    public const int Length = Digits + 1;

    private const int Digits = 68;
    private const int DigitBits = 32;
    private const int LowestExponent = -1074;
    private const int FractionBits = 52;
    private const int ExponentMask = 0x7ff;

    // Each digit has 31 bits of headroom for carries: sums of fewer than 2³⁰ values cannot overflow.
    private readonly long[] digits = new long[Length];

    /// <summary>The number as digits, for <see cref="Merge"/>.</summary>
    public ReadOnlySpan<long> Words => digits;

    /// <summary>The sum, rounded once; NaN when a value was not finite.</summary>
    public double Value
    {
        get
        {
            if (digits[Digits] != 0)
            {
                return double.NaN;
            }

            BigInteger sum = BigInteger.Zero;
            for (int i = Digits - 1; i >= 0; i--)
            {
                sum = (sum << DigitBits) + digits[i];
            }

            // The leading 64 bits, with a mark for what is cut off: rounding to 53 bits is then right.
            BigInteger size = BigInteger.Abs(sum);
            int cut = Math.Max(0, (int)size.GetBitLength() - 64);
            ulong leading = (ulong)(size >> cut);
            if (cut > 0 && !(size & ((BigInteger.One << cut) - 1)).IsZero)
            {
                leading |= 1;
            }

            return sum.Sign * Math.ScaleB((double)leading, cut + LowestExponent);
        }
    }

    /// <summary>Adds a value.</summary>
    /// <param name="value">Any.</param>
    public void Add(double value)
    {
        if (!double.IsFinite(value))
        {
            digits[Digits]++;
            return;
        }

        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> FractionBits) & ExponentMask;
        long fraction = bits & ((1L << FractionBits) - 1);
        if (exponent != 0)
        {
            fraction |= 1L << FractionBits;
            exponent--;
        }

        // The fraction begins at this bit of the sum and touches three digits.
        int digit = exponent / DigitBits;
        UInt128 shifted = (UInt128)(ulong)fraction << (exponent % DigitBits);
        for (int i = 0; i < 3 && digit + i < Digits; i++)
        {
            long part = (uint)(shifted >> (i * DigitBits));
            digits[digit + i] += bits < 0 ? -part : part;
        }
    }

    /// <summary>Adds another sum.</summary>
    /// <param name="words">Its <see cref="Words"/>.</param>
    public void Merge(ReadOnlySpan<long> words)
    {
        for (int i = 0; i < Length; i++)
        {
            digits[i] += words[i];
        }
    }

    /// <summary>Begins again at 0.</summary>
    public void Clear() => Array.Clear(digits);
}
