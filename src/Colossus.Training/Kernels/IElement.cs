using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>A storage format that kernels read and write; they compute in fp32.</summary>
/// <typeparam name="TSelf">The format.</typeparam>
internal unsafe interface IElement<TSelf>
    where TSelf : unmanaged, IElement<TSelf>
{
    /// <summary>Reads 16 values.</summary>
    static abstract Vector512<float> Load(TSelf* source);

    /// <summary>Writes 16 values, rounded to the format.</summary>
    static abstract void Store(TSelf* target, Vector512<float> values);

    /// <summary>Reads one value.</summary>
    static abstract float ToFloat(TSelf value);

    /// <summary>Rounds one value.</summary>
    static abstract TSelf FromFloat(float value);
}
