using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>cap · tanh(score / cap), as in grok-1 (max_attn_val of its model.py): close to the score where it is small, never beyond the cap.</summary>
/// <param name="cap">The cap, in natural units; more than 0.</param>
internal readonly struct CappedScores(float cap) : IScoreCurve
{
    private readonly float cap = cap * HeadPanel.Log2E;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Value(Vector512<float> score) => VectorMath.Tanh(score * Vector512.Create(1 / cap)) * Vector512.Create(cap);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Gradient(Vector512<float> value, Vector512<float> gradient)
    {
        var tanh = value * Vector512.Create(1 / cap);
        return gradient * Vector512.FusedMultiplyAdd(-tanh, tanh, Vector512<float>.One);
    }
}
