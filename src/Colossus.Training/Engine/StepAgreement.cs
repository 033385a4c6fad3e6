using System.Runtime.InteropServices;
using Colossus.Collectives;
using Colossus.Training.Kernels;

namespace Colossus.Training.Engine;

/// <summary>
/// What all ranks must know of a step before they update: loss and gradient of the whole batch, and what rank 0 decides. Sums are exact, so that they do not depend on
/// how many ranks there are or in which order they are added.
/// </summary>
/// <param name="everyone">The group of all ranks.</param>
internal sealed class StepAgreement(Group everyone)
{
    private const int Decisions = 3;
    private const int Words = (2 * ExactSum.Length) + 1 + Decisions;

    private readonly long[] mine = new long[Words];
    private readonly long[] all = new long[Words * everyone.Size];
    private readonly ExactSum total = new();

    /// <summary>Sum of losses of this rank's micro-batches, nats.</summary>
    public ExactSum Loss { get; } = new();

    /// <summary>Sum of squares of this rank's part of the gradient.</summary>
    public ExactSum Squares { get; } = new();

    /// <summary>Tokens that the tokens of this rank's micro-batches see together; of ranks that read the same micro-batches one counts them.</summary>
    public long Visible { get; set; }

    /// <summary>Exchanges the sums and begins new ones.</summary>
    /// <param name="decisions">What rank 0 decides; others' do not count.</param>
    /// <returns>The sums over all ranks, NaN where a value was not finite, and what rank 0 decided.</returns>
    public (double Loss, double Squares, long Visible, StepDecisions Decisions) Exchange(StepDecisions decisions)
    {
        Loss.Words.CopyTo(mine);
        Squares.Words.CopyTo(mine.AsSpan(ExactSum.Length));
        mine[2 * ExactSum.Length] = Visible;
        mine[^3] = decisions.Stop ? 1 : 0;
        mine[^2] = decisions.Save ? 1 : 0;
        mine[^1] = decisions.SavedStep;
        everyone.Exchange(MemoryMarshal.AsBytes(mine.AsSpan()), MemoryMarshal.AsBytes(all.AsSpan()));
        Loss.Clear();
        Squares.Clear();
        Visible = 0;
        var ofRank0 = new StepDecisions(all[Words - 3] != 0, all[Words - 2] != 0, all[Words - 1]);
        long visible = Enumerable.Range(0, everyone.Size).Sum(rank => all[(rank * Words) + (2 * ExactSum.Length)]);
        return (Total(0), Total(ExactSum.Length), visible, ofRank0);
    }

    private double Total(int first)
    {
        total.Clear();
        for (int rank = 0; rank < everyone.Size; rank++)
        {
            total.Merge(all.AsSpan((rank * Words) + first, ExactSum.Length));
        }

        return total.Value;
    }
}
