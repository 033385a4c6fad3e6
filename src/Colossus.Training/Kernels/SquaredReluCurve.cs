using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>max(x, 0)², arXiv 2109.08668.</summary>
internal readonly struct SquaredReluCurve : IActivationCurve
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Value(Vector512<float> x)
    {
        var positive = Positive(x);
        return positive * positive;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> Value, Vector512<float> Slope) ValueAndSlope(Vector512<float> x)
    {
        var positive = Positive(x);
        return (positive * positive, positive + positive);
    }

    // The second operand is the result where one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Positive(Vector512<float> x) => Vector512.MaxNative(Vector512<float>.Zero, x);
}
