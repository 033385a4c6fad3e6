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
    private const int VisibleAt = 2 * ExactSum.Length;
    private const int LargestAt = VisibleAt + 1;
    private const int Decisions = 3;
    private const int Words = LargestAt + 1 + Decisions;

    private readonly long[] mine = new long[Words];
    private readonly long[] all = new long[Words * everyone.Size];
    private readonly ExactSum total = new();

    /// <summary>Sum of losses of this rank's micro-batches, nats.</summary>
    public ExactSum Loss { get; } = new();

    /// <summary>Sum of squares of this rank's part of the gradient.</summary>
    public ExactSum Squares { get; } = new();

    /// <summary>Tokens that the tokens of this rank's micro-batches see together; of ranks that read the same micro-batches one counts them.</summary>
    public long Visible { get; set; }

    /// <summary>Largest magnitude that this rank added up in fixed point.</summary>
    public float Largest { get; set; }

    /// <summary>Exchanges the sums and begins new ones.</summary>
    /// <param name="decisions">What rank 0 decides; others' do not count.</param>
    /// <returns>The sums over all ranks, and what rank 0 decided.</returns>
    public StepTotals Exchange(StepDecisions decisions)
    {
        Loss.Words.CopyTo(mine);
        Squares.Words.CopyTo(mine.AsSpan(ExactSum.Length));
        mine[VisibleAt] = Visible;

        // The bits of magnitudes have the order of the magnitudes, with NaN above all.
        mine[LargestAt] = BitConverter.SingleToUInt32Bits(Largest);
        mine[^3] = decisions.Stop ? 1 : 0;
        mine[^2] = decisions.Save ? 1 : 0;
        mine[^1] = decisions.SavedStep;
        everyone.Exchange(MemoryMarshal.AsBytes(mine.AsSpan()), MemoryMarshal.AsBytes(all.AsSpan()));
        Loss.Clear();
        Squares.Clear();
        Visible = 0;
        Largest = 0;
        var ofRank0 = new StepDecisions(all[Words - 3] != 0, all[Words - 2] != 0, all[Words - 1]);
        float largest = BitConverter.UInt32BitsToSingle((uint)OfRanks(LargestAt).Max());
        return new StepTotals(Total(0), float.IsFinite(largest) ? Total(ExactSum.Length) : double.NaN, OfRanks(VisibleAt).Sum(), largest, ofRank0);
    }

    private IEnumerable<long> OfRanks(int at) => Enumerable.Range(0, everyone.Size).Select(rank => all[(rank * Words) + at]);

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
