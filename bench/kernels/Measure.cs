using System.Diagnostics;

namespace Colossus.Bench.Kernels;

/// <summary>Times a piece of work again and again and prints its rate.</summary>
internal static class Measure
{
    // Rounds are short, so that the best one is undisturbed even on a machine that others use too.
    private const double RoundSeconds = 0.002;
    private const double Seconds = 0.4;

    /// <summary>Prints a line for a product.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="operations">Floating-point operations of one call.</param>
    /// <param name="work">One call.</param>
    public static void Operations(string name, double operations, Action work) => Print(name, operations, "GFLOP/s", work);

    /// <summary>Prints a line for a pass over memory.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="bytes">Bytes read and written by one call.</param>
    /// <param name="work">One call.</param>
    public static void Bytes(string name, double bytes, Action work) => Print(name, bytes, "GB/s", work);

    private static void Print(string name, double amount, string unit, Action work)
    {
        work();
        long repeats = 1;
        while (true)
        {
            double seconds = Time(repeats, work);
            if (seconds > RoundSeconds)
            {
                break;
            }

            repeats *= 2;
        }

        var times = new List<double>();
        for (long start = Stopwatch.GetTimestamp(); times.Count < 5 || Stopwatch.GetElapsedTime(start).TotalSeconds < Seconds;)
        {
            times.Add(Time(repeats, work) / repeats);
        }

        times.Sort();
        Console.WriteLine($"{name,-64} best {amount / times[0] / 1e9,8:f1} {unit,-8} median {amount / times[times.Count / 2] / 1e9,8:f1}   {times[0] * 1e6,10:f1} µs");
    }

    private static double Time(long repeats, Action work)
    {
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < repeats; i++)
        {
            work();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
