using System.Security.Cryptography;
using System.Text;

namespace Colossus.Checkpoints;

/// <summary>
/// The fingerprint by which two runs compare their weights: SHA-256 over, for each parameter in canonical order, its name in UTF-8, a zero
/// byte, its dims in decimal joined by commas, a zero byte, and the 32 bytes of SHA-256 of its fp32 values. It depends on neither layout
/// nor number of ranks; different ranks may hash different parameters.
/// </summary>
public static class WeightsFingerprint
{
    /// <summary>Hashes one whole parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its dims.</param>
    /// <param name="values">Its fp32 values, row-major, as many as the shape says.</param>
    public static ParameterHash Hash(string name, IReadOnlyList<long> shape, ReadOnlySpan<float> values)
    {
        using var hasher = new ParameterHasher(name, shape);
        hasher.Append(values);
        return hasher.Finish();
    }

    /// <summary>Hashes one whole parameter of any size.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its dims.</param>
    /// <param name="values">Its first fp32 value; the others follow row-major.</param>
    public static unsafe ParameterHash Hash(string name, IReadOnlyList<long> shape, float* values)
    {
        using var hasher = new ParameterHasher(name, shape);
        if (!Safetensors.TensorTypes.TryCount(shape, out long count))
        {
            throw new ArgumentException($"{name} has a shape that cannot be.", nameof(shape));
        }

        const int chunk = 1 << 28;
        for (long done = 0; done < count; done += chunk)
        {
            hasher.Append(new ReadOnlySpan<float>(values + done, (int)Math.Min(chunk, count - done)));
        }

        return hasher.Finish();
    }

    /// <summary>Joins the parameters' hashes.</summary>
    /// <param name="parameters">All parameters in canonical order.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static string Combine(IEnumerable<ParameterHash> parameters)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ParameterHash parameter in parameters)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{parameter.Name}\0{string.Join(',', parameter.Shape)}\0"));
            hash.AppendData(Convert.FromHexString(parameter.Sha256));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
