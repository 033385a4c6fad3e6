using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Colossus.Training.Kernels;

/// <summary>The upper half of a 32-bit float, rounded to nearest, ties to even. NaN stays NaN.</summary>
/// <param name="bits">The 16 bits.</param>
internal readonly unsafe struct Bf16(ushort bits) : IElement<Bf16>
{
    private readonly ushort bits = bits;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(Bf16* source)
    {
        if (Avx512F.IsSupported)
        {
            return Vector512.ShiftLeft(Avx512F.ConvertToVector512UInt32(Vector256.Load((ushort*)source)), 16).AsSingle();
        }

        var (lower, upper) = Vector256.Widen(Vector256.Load((ushort*)source));
        return Vector512.ShiftLeft(Vector512.Create(lower, upper), 16).AsSingle();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Bf16* target, Vector512<float> values)
    {
        var rounded = Vector512.ShiftRightLogical(Round(values), 16);
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector256UInt16(rounded).Store((ushort*)target);
            return;
        }

        Vector256.Narrow(rounded.GetLower(), rounded.GetUpper()).Store((ushort*)target);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToFloat(Bf16 value) => BitConverter.UInt32BitsToSingle((uint)value.bits << 16);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bf16 FromFloat(float value)
    {
        uint raw = BitConverter.SingleToUInt32Bits(value);
        return new((ushort)((float.IsNaN(value) ? raw | 0x00400000 : raw + 0x7fff + ((raw >> 16) & 1)) >> 16));
    }

    /// <summary>Rounds 16 values; the upper half of each word is the result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Round(Vector512<float> values)
    {
        var raw = values.AsUInt32();
        var even = Vector512.ShiftRightLogical(raw, 16) & Vector512.Create(1u);
        var nearest = raw + Vector512.Create(0x7fffu) + even;
        return Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), nearest, raw | Vector512.Create(0x00400000u));
    }
}
