using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>x σ(x).</summary>
internal readonly struct SiluCurve : IActivationCurve
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Value(Vector512<float> x) => x * VectorMath.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> Value, Vector512<float> Slope) ValueAndSlope(Vector512<float> x)
    {
        var sigmoid = VectorMath.Sigmoid(x);
        var value = x * sigmoid;
        return (value, Vector512.FusedMultiplyAdd(value, Vector512<float>.One - sigmoid, sigmoid));
    }
}
