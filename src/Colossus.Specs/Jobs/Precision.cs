namespace Colossus.Specs.Jobs;

/// <summary>The number formats of a run.</summary>
public enum Precision
{
    /// <summary>All in 32-bit floats; <c>fp32</c> in a job file.</summary>
    Fp32,

    /// <summary>32-bit weights and gradients, bf16 in matrix products and attention; <c>autocast</c>.</summary>
    Autocast,

    /// <summary>bf16 weights, activations and gradients; 32-bit master weights and optimizer state; <c>bf16</c>.</summary>
    Bf16,

    /// <summary>8-bit matrix products; priced by the twin, not trained here; <c>fp8</c>.</summary>
    Fp8,
}
