using System.Runtime.InteropServices;

namespace Colossus.Training.Engine;

/// <summary>One rank's part of a step's sums, in shared memory; padded to a cache line of its own.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct RankPartial
{
    /// <summary>Sum of losses of its tokens, nats.</summary>
    public double LossSum;

    /// <summary>Sum of squares of the reduced gradient in its slices.</summary>
    public double SquaredNorm;
}
