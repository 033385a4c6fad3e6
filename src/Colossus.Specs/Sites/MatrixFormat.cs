namespace Colossus.Specs.Sites;

/// <summary>The number format in which the matrix products of a run are computed.</summary>
public enum MatrixFormat
{
    /// <summary>32-bit floats.</summary>
    Fp32,

    /// <summary>16-bit IEEE floats; as fast as <see cref="Bf16"/>.</summary>
    Fp16,

    /// <summary>16-bit floats with the exponent of 32-bit ones.</summary>
    Bf16,

    /// <summary>8-bit floats with one scale a tensor or a row.</summary>
    Fp8,

    /// <summary>8-bit floats with one scale for 32 values (OCP microscaling formats, 2023-09).</summary>
    Mxfp8,

    /// <summary>4-bit floats with one scale for 16 values.</summary>
    Nvfp4,
}
