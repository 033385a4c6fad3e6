using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Colossus.Checkpoints.Safetensors;

namespace Colossus.Checkpoints;

/// <summary>Hashes one parameter piece by piece, in row-major order; for a whole one at hand use <see cref="WeightsFingerprint.Hash(string, IReadOnlyList{long}, ReadOnlySpan{float})"/>.</summary>
public sealed class ParameterHasher : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly string name;
    private readonly IReadOnlyList<long> shape;
    private long missing;

    /// <summary>Begins.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <param name="shape">Its dims; empty for a scalar.</param>
    /// <exception cref="ArgumentException">The shape cannot be.</exception>
    public ParameterHasher(string name, IReadOnlyList<long> shape)
    {
        if (!TensorTypes.TryBytes(TensorType.F32, shape, out missing))
        {
            throw new ArgumentException($"{name} has the shape [{string.Join(", ", shape)}], which cannot be.", nameof(shape));
        }

        this.name = name;
        this.shape = shape;
    }

    /// <summary>Adds the next values.</summary>
    /// <param name="values">fp32 values, row-major.</param>
    public void Append(ReadOnlySpan<float> values) => Append(MemoryMarshal.AsBytes(values));

    /// <summary>Adds the next bytes.</summary>
    /// <param name="bytes">Bytes of fp32 values, little-endian.</param>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(bytes);
        missing -= bytes.Length;
    }

    /// <summary>Ends.</summary>
    /// <exception cref="InvalidOperationException">More or fewer values came than the shape has.</exception>
    public ParameterHash Finish() => missing == 0
        ? new ParameterHash(name, shape, Convert.ToHexStringLower(hash.GetHashAndReset()))
        : throw new InvalidOperationException($"{name}: {Math.Abs(missing)} bytes too {(missing > 0 ? "few" : "many")} for [{string.Join(", ", shape)}].");

    /// <inheritdoc/>
    public void Dispose() => hash.Dispose();
}
