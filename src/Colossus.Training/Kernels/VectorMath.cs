using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>Elementary functions of 16 floats at a time; the same bits on every processor that has fused multiply-add.</summary>
/// <remarks>
/// Arguments become n + r with |r| at most a half: adding 1.5 · 2²³ rounds to the integer n and leaves it in the low bits of the sum, from where a shift makes 2ⁿ.
/// The polynomials are minimax ones of degree 6 for the relative error (3e-9, far below a unit in the last place).
/// </remarks>
internal static class VectorMath
{
    private const float Rounder = 12582912f;
    private const float Lowest = -87.33654f;
    private const float HighestFinite = 88.72283f;

    /// <summary>e to the x, to within 1 unit in the last place; 0 below -87.33654 (results that would be subnormal), infinity above 88.72283, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        var clamped = Vector512.MinNative(Vector512.MaxNative(x, Vector512.Create(Lowest)), Vector512.Create(HighestFinite));
        var (polynomial, shifted) = ExpParts(clamped);

        // The exponent is added to that of the polynomial: 2^128 has no bits of its own, the product with a number below 1 has.
        var result = (polynomial.AsInt32() + Vector512.ShiftLeft(shifted.AsInt32(), 23)).AsSingle();
        result = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Lowest)), Vector512<float>.Zero, result);
        result = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512.Create(HighestFinite)), Vector512.Create(float.PositiveInfinity), result);
        return Vector512.ConditionalSelect(Vector512.Equals(x, x), result, x);
    }

    /// <summary>2 to the x for x up to 127, to within 1 unit in the last place; 0 below -126.5, NaN for NaN. Meant for softmax, where x is at most 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp2(Vector512<float> x)
    {
        // The second operand is the result where one is NaN.
        var clamped = Vector512.MaxNative(Vector512.Create(-127f), x);
        var shifted = clamped + Vector512.Create(Rounder);
        var r = clamped - (shifted - Vector512.Create(Rounder));
        var p = Vector512.Create(0.000155946678f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.0013406644f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.009617693f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.0555031055f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.240226528f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.693147215f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        return p * PowerOfTwo(shifted);
    }

    /// <summary>1 / (1 + e^-x), to within 3 units in the last place; 0 below -87.33654, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x)
    {
        var clamped = Vector512.MinNative(Vector512.Create(-Lowest), Vector512.MaxNative(Vector512.Create(Lowest), -x));
        var (polynomial, shifted) = ExpParts(clamped);
        var result = Vector512<float>.One / Vector512.FusedMultiplyAdd(polynomial, PowerOfTwo(shifted), Vector512<float>.One);
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Lowest)), Vector512<float>.Zero, result);
    }

    /// <summary>The hyperbolic tangent, to within 5 units in the last place; NaN for NaN.</summary>
    /// <remarks>A rational minimax approximation, odd over even, so that small arguments keep their relative accuracy (the coefficients are Eigen's, <c>ptanh_float</c>); 1 beyond its range.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x)
    {
        // The second operand is the result where one is NaN.
        var clamped = Vector512.MaxNative(Vector512.Create(-7.90531111f), Vector512.MinNative(Vector512.Create(7.90531111f), x));
        var square = clamped * clamped;
        var p = Vector512.Create(-2.76076847742355e-16f);
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(2.00018790482477e-13f));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(-8.60467152213735e-11f));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(5.12229709037114e-08f));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(1.48572235717979e-05f));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(6.37261928875436e-04f));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(4.89352455891786e-03f));
        var q = Vector512.Create(1.19825839466702e-06f);
        q = Vector512.FusedMultiplyAdd(q, square, Vector512.Create(1.18534705686654e-04f));
        q = Vector512.FusedMultiplyAdd(q, square, Vector512.Create(2.26843463243900e-03f));
        q = Vector512.FusedMultiplyAdd(q, square, Vector512.Create(4.89352518554385e-03f));
        return clamped * p / q;
    }

    // e^x = polynomial · 2^(low bits of shifted). ln 2 is taken away in two parts (Cody and Waite), so that r is exact.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Polynomial, Vector512<float> Shifted) ExpParts(Vector512<float> x)
    {
        var shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(1.44269504f), Vector512.Create(Rounder));
        var n = shifted - Vector512.Create(Rounder);
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        var p = Vector512.Create(0.00138146601f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.00836870954f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.0416683866f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.166665207f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.499999935f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        return (Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One), shifted);
    }

    // Exact for n from -126 to 127; 0 for -127.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> PowerOfTwo(Vector512<float> shifted) =>
        Vector512.ShiftLeft(shifted.AsInt32() + Vector512.Create(127), 23).AsSingle();
}
