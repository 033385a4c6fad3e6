using System.Diagnostics;
using TorchSharp;

namespace Colossus.Training.Products;

/// <summary>How fast this machine multiplies matrices with the threads it is given.</summary>
/// <param name="Fp32">FLOP/s with 32-bit operands.</param>
/// <param name="Bf16">FLOP/s with bf16 operands.</param>
public sealed record ProductSpeed(double Fp32, double Bf16)
{
    private const int Size = 1024;
    private const int Rounds = 5;
    private static readonly TimeSpan RoundTime = TimeSpan.FromMilliseconds(80);

    /// <summary>Measures products of 1024 × 1024 matrices; takes about a second. libtorch must be loaded.</summary>
    /// <param name="threads">Threads of libtorch, 1 or more.</param>
    /// <returns>The best of several rounds: the peak, not what a busy machine happens to give.</returns>
    public static ProductSpeed Measure(int threads)
    {
        torch.set_num_threads(threads);
        return new ProductSpeed(Measure(torch.ScalarType.Float32), Measure(torch.ScalarType.BFloat16));
    }

    private static double Measure(torch.ScalarType type)
    {
        using var noGradient = torch.no_grad();
        using var left = torch.randn(Size, Size).to(type);
        using var right = torch.randn(Size, Size).to(type);
        using var result = torch.zeros(Size, Size, dtype: type);
        result.addmm_(left, right, beta: 0, alpha: 1);

        double best = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long started = Stopwatch.GetTimestamp();
            int count = 0;
            while (Stopwatch.GetElapsedTime(started) < RoundTime)
            {
                result.addmm_(left, right, beta: 0, alpha: 1);
                count++;
            }

            best = Math.Max(best, 2.0 * Size * Size * Size * count / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return best;
    }
}
