using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>A 32-bit float that holds a bf16 value: what bf16 weights are where products run in fp32.</summary>
/// <param name="value">The value.</param>
internal readonly unsafe struct RoundedF32(float value) : IElement<RoundedF32>
{
    private readonly float value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(RoundedF32* source) => Vector512.Load((float*)source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(RoundedF32* target, Vector512<float> values) =>
        (Bf16.Round(values) & Vector512.Create(0xffff0000u)).AsSingle().Store((float*)target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToFloat(RoundedF32 value) => value.value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RoundedF32 FromFloat(float value) => new(Bf16.ToFloat(Bf16.FromFloat(value)));
}
