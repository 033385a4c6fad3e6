namespace Colossus.Twin.Search;

/// <summary>Shares the micro-batches of a step out between replicas of different speed, so that the last is finished as early as possible.</summary>
public static class MicroBatchShares
{
    /// <summary>Most micro-batches of one replica of each pool.</summary>
    /// <param name="replicas">Replicas of each pool, 1 or more.</param>
    /// <param name="fixedSeconds">What a step takes there with no micro-batch, seconds.</param>
    /// <param name="secondsEach">What each micro-batch adds, seconds, above 0.</param>
    /// <param name="total">Micro-batches of the step, 1 or more.</param>
    /// <param name="unit">Replicas take multiples of this many; default 1.</param>
    /// <returns>For each pool how many a replica takes; where these are more than needed, some of its replicas take one <paramref name="unit"/> less.</returns>
    /// <remarks>
    /// The continuous optimum, rounded down, leaves less than one unit a replica; the rest goes unit by unit to the pool that would be finished first with it.
    /// No share-out ends earlier: any other has a pool with at least as many units as the one that ends last here.
    /// </remarks>
    public static int[] Of(ReadOnlySpan<int> replicas, ReadOnlySpan<double> fixedSeconds, ReadOnlySpan<double> secondsEach, int total, int unit = 1)
    {
        double end = End(replicas, fixedSeconds, secondsEach, total);
        int[] shares = new int[replicas.Length];
        long given = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = Math.Max(0, (int)((end - fixedSeconds[i]) / secondsEach[i] / unit)) * unit;
            given += (long)replicas[i] * shares[i];
        }

        while (given < total)
        {
            int first = 0;
            double earliest = double.PositiveInfinity;
            for (int i = 0; i < shares.Length; i++)
            {
                double after = fixedSeconds[i] + (secondsEach[i] * (shares[i] + unit));
                if (after < earliest)
                {
                    earliest = after;
                    first = i;
                }
            }

            shares[first] += unit;
            given += (long)replicas[first] * unit;
        }

        return shares;
    }
    // When all pools end if micro-batches could be cut at will. A pool that would still be at its fixed part by then gets none, and the others share its part.
    private static double End(ReadOnlySpan<int> replicas, ReadOnlySpan<double> fixedSeconds, ReadOnlySpan<double> secondsEach, int total)
    {
        double end = double.PositiveInfinity;
        while (true)
        {
            double speed = 0;
            double head = 0;
            for (int i = 0; i < replicas.Length; i++)
            {
                if (fixedSeconds[i] < end)
                {
                    speed += replicas[i] / secondsEach[i];
                    head += replicas[i] * fixedSeconds[i] / secondsEach[i];
                }
            }

            double next = (total + head) / speed;
            if (next >= end)
            {
                return end;
            }

            end = next;
        }
    }
}
