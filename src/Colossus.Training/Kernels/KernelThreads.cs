namespace Colossus.Training.Kernels;

/// <summary>The threads that kernels of one rank share. With one thread, the default, everything runs inline.</summary>
/// <remarks>Kernels cut their work into blocks of fixed size, never by the number of threads, so results do not depend on it.</remarks>
internal static class KernelThreads
{
    /// <summary>Threads to use, 1 or more.</summary>
    public static int Count { get; set; } = 1;

    /// <summary>Runs a body for 0 … items - 1, in any order and side by side.</summary>
    /// <param name="items">Number of calls.</param>
    /// <param name="body">Work on one item; it shares nothing with other items.</param>
    public static void For(int items, Action<int> body)
    {
        if (Count == 1 || items == 1)
        {
            for (int item = 0; item < items; item++)
            {
                body(item);
            }

            return;
        }

        Parallel.For(0, items, new ParallelOptions { MaxDegreeOfParallelism = Count }, body);
    }
}
