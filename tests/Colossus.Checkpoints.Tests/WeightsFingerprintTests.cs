using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Colossus.Checkpoints.Tests;

public sealed class WeightsFingerprintTests
{
    [Fact]
    public void The_fingerprint_is_the_documented_composition()
    {
        float[] first = [1, -2, float.NaN, 0.1f, -0f, 6];
        float[] second = [3];
        using var bytes = new MemoryStream();
        bytes.Write(Encoding.UTF8.GetBytes("a.weight\0"));
        bytes.Write(Encoding.UTF8.GetBytes("2,3\0"));
        bytes.Write(SHA256.HashData(MemoryMarshal.AsBytes(first.AsSpan())));
        bytes.Write(Encoding.UTF8.GetBytes("b\0"));
        bytes.Write(Encoding.UTF8.GetBytes("\0"));
        bytes.Write(SHA256.HashData(MemoryMarshal.AsBytes(second.AsSpan())));
        string expected = Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()));

        Assert.Equal(expected, WeightsFingerprint.Combine([WeightsFingerprint.Hash("a.weight", [2, 3], first), WeightsFingerprint.Hash("b", [], second)]));
        unsafe
        {
            fixed (float* pointer = first)
            {
                Assert.Equal(WeightsFingerprint.Hash("a.weight", [2, 3], first).Sha256, WeightsFingerprint.Hash("a.weight", [2, 3], pointer).Sha256);
            }
        }
    }

    [Fact]
    public void Pieces_give_the_hash_of_the_whole_and_a_wrong_count_is_refused()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        using var hasher = new ParameterHasher("w", [3, 2]);
        hasher.Append(values.AsSpan(0, 1));
        Assert.Throws<InvalidOperationException>(() => hasher.Finish());
        hasher.Append(values.AsSpan(1));
        Assert.Equal(WeightsFingerprint.Hash("w", [3, 2], values).Sha256, hasher.Finish().Sha256);
    }

    [Fact]
    public void Name_shape_order_and_sign_of_zero_all_count()
    {
        ParameterHash a = WeightsFingerprint.Hash("a", [2], [0f, 1f]);
        ParameterHash b = WeightsFingerprint.Hash("b", [2], [0f, 1f]);
        string[] all =
        [
            WeightsFingerprint.Combine([a, b]),
            WeightsFingerprint.Combine([b, a]),
            WeightsFingerprint.Combine([a with { Shape = [1, 2] }, b]),
            WeightsFingerprint.Combine([WeightsFingerprint.Hash("a", [2], [-0f, 1f]), b]),
            WeightsFingerprint.Combine([a]),
        ];
        Assert.Distinct(all);
    }
}
