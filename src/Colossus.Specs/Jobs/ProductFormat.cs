namespace Colossus.Specs.Jobs;

/// <summary>The format in which matrix products of a bf16 or autocast run are computed.</summary>
/// <remarks>
/// Some processors multiply bf16 slower than 32-bit floats (AVX-512 bf16 without AMX on recent Xeons: half the speed), others three times faster.
/// The choice changes the last bits of results, so a run makes it once and keeps it: the resolved job never says <see cref="Auto"/>.
/// </remarks>
public enum ProductFormat
{
    /// <summary>The faster of the two on this machine, measured before the first step.</summary>
    Auto,

    /// <summary>bf16 operands, 32-bit sums; <c>bf16</c>.</summary>
    Bf16,

    /// <summary>32-bit operands (holding bf16 values where the precision says so); <c>fp32</c>.</summary>
    Fp32,
}
