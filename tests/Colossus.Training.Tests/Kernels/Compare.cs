using Colossus.Training.Kernels;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

/// <summary>Differences between a kernel's values and those of a reference in double.</summary>
internal static class Compare
{
    /// <summary>What a kernel that computes in fp32 and rounds once may be off by, as a share of a value plus the root mean square of all.</summary>
    public static double Tolerance<T>()
        where T : unmanaged, IElement<T> => typeof(T) == typeof(Bf16) ? 1.0 / 256 : 1e-5;

    public static void Close<T>(Tensor expected, Values<T> actual, string what, double factor = 1)
        where T : unmanaged, IElement<T> => Close(expected.detach().contiguous().data<double>().ToArray(), actual.ToDoubles(), factor * Tolerance<T>(), what);

    public static void Close(double[] expected, double[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double typical = Math.Sqrt(expected.Sum(x => x * x) / expected.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double allowed = tolerance * (Math.Abs(expected[i]) + typical);
            Assert.True(Math.Abs(actual[i] - expected[i]) <= allowed, $"{what}[{i}] is {actual[i]:g9} instead of {expected[i]:g9}; {allowed:g3} off are allowed");
        }
    }

    /// <summary>Runs a piece of work with one thread and with three.</summary>
    public static void SameWithThreads(Func<byte[]> work)
    {
        byte[] one = work();
        KernelThreads.Count = 3;
        try
        {
            for (int attempt = 0; attempt < 3; attempt++)
            {
                Assert.Equal(one, work());
            }
        }
        finally
        {
            KernelThreads.Count = 1;
        }
    }
}
