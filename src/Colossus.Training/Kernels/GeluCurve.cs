using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>GELU in its tanh form, 0.5 x (1 + tanh z) with z = √(2/π) (x + 0.044715 x³), arXiv 1606.08415; as x σ(2z), which is the same.</summary>
internal readonly struct GeluCurve : IActivationCurve
{
    // 2 √(2/π), and that times 0.044715.
    private const float Scale = 1.5957691216f;
    private const float Cubic = 0.0713548163f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Value(Vector512<float> x) => x * VectorMath.Sigmoid(Argument(x, x * x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> Value, Vector512<float> Slope) ValueAndSlope(Vector512<float> x)
    {
        var square = x * x;
        var share = VectorMath.Sigmoid(Argument(x, square));
        var value = x * share;
        var argumentSlope = Vector512.FusedMultiplyAdd(square, Vector512.Create(3 * Cubic), Vector512.Create(Scale));
        return (value, Vector512.FusedMultiplyAdd(value * (Vector512<float>.One - share), argumentSlope, share));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Argument(Vector512<float> x, Vector512<float> square) =>
        x * Vector512.FusedMultiplyAdd(square, Vector512.Create(Cubic), Vector512.Create(Scale));
}
