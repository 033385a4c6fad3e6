using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Bench.Kernels;

/// <summary>libtorch on the same machine with the same number of threads, to compare with.</summary>
internal static class TorchCases
{
    public static void Run(int threads)
    {
        LibtorchLoader.Load();
        set_num_threads(threads);
        using var noGradients = no_grad();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            var a = randn(1024, 1024, type);
            var b = randn(1024, 1024, type);
            Measure.Operations($"libtorch product 1024 x 1024 x 1024 {type}", 2.0 * 1024 * 1024 * 1024, () => a.matmul(b).Dispose());
            var q = randn(1, 6, 256, 64, type);
            Measure.Operations(
                $"libtorch attention forward {type}, 256 positions, 6 heads of 64",
                4.0 * 64 * 6 * 256 * 257 / 2,
                () => nn.functional.scaled_dot_product_attention(q, q, q, is_casual: true).Dispose());
        }
    }
}
