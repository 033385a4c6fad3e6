using System.Text.Json.Serialization;

namespace Colossus.Checkpoints.Safetensors;

/// <summary>Element type of a stored tensor; all are little-endian. <see cref="TensorTypes"/> gives width and spelling.</summary>
[JsonConverter(typeof(TensorTypeJsonConverter))]
public enum TensorType
{
    /// <summary>64-bit float, 8 bytes.</summary>
    F64,

    /// <summary>32-bit float, 4 bytes.</summary>
    F32,

    /// <summary>IEEE half, 2 bytes.</summary>
    F16,

    /// <summary>bfloat16, the upper half of a 32-bit float, 2 bytes.</summary>
    BF16,

    /// <summary>Float with 4 exponent and 3 mantissa bits, 1 byte; <c>F8_E4M3</c> in files.</summary>
    F8E4M3,

    /// <summary>Float with 5 exponent and 2 mantissa bits, 1 byte; <c>F8_E5M2</c> in files.</summary>
    F8E5M2,

    /// <summary>Signed integer, 8 bytes.</summary>
    I64,

    /// <summary>Signed integer, 4 bytes.</summary>
    I32,

    /// <summary>Signed integer, 2 bytes.</summary>
    I16,

    /// <summary>Signed integer, 1 byte.</summary>
    I8,

    /// <summary>Unsigned integer, 8 bytes.</summary>
    U64,

    /// <summary>Unsigned integer, 4 bytes.</summary>
    U32,

    /// <summary>Unsigned integer, 2 bytes.</summary>
    U16,

    /// <summary>Unsigned integer, 1 byte.</summary>
    U8,

    /// <summary>0 or 1, 1 byte; <c>BOOL</c> in files.</summary>
    Bool,
}
