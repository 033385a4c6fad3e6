using Colossus.Collectives;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends;

/// <summary>Arithmetic on what a rank keeps for the whole run: sums of gradients, and the state. Addresses are memory of the backend; ranges begin at multiples of 64 elements.</summary>
internal interface IStateKernels
{
    /// <summary>Adds gradients of a micro-batch to their sum in 32 bits.</summary>
    /// <param name="gradients">In the format of gradients.</param>
    /// <param name="sums">32 bits.</param>
    /// <param name="count">Elements.</param>
    /// <param name="first">Whether they are the first, and overwrite what is there.</param>
    void AddToSums(nint gradients, nint sums, long count, bool first);

    /// <summary>The same in fixed point.</summary>
    /// <param name="gradients">In the format of gradients.</param>
    /// <param name="integers">64 bits.</param>
    /// <param name="count">Elements.</param>
    /// <param name="format">The unit; takes note of the largest gradient.</param>
    /// <param name="first">Whether they are the first, and overwrite what is there.</param>
    void AddToIntegers(nint gradients, nint integers, long count, FixedPoint format, bool first);

    /// <summary>Sums in 32 bits of those in fixed point.</summary>
    /// <param name="integers">64 bits.</param>
    /// <param name="sums">Receives them; 32 bits.</param>
    /// <param name="count">Elements.</param>
    /// <param name="format">The unit.</param>
    void FromIntegers(nint integers, nint sums, long count, FixedPoint format);

    /// <summary>target += source, both 32 bits.</summary>
    void Add(nint target, nint source, long count);

    /// <summary>Sums of squares of consecutive blocks; each depends on its own values alone.</summary>
    /// <param name="sums">32 bits.</param>
    /// <param name="count">Elements.</param>
    /// <param name="block">Elements of a block; the last may be shorter.</param>
    /// <param name="total">Receives each block's sum.</param>
    void AddSquares(nint sums, long count, int block, ExactSum total);

    /// <summary>One update by AdamW, and the working weights that follow from it.</summary>
    /// <param name="sums">Summed gradients, 32 bits.</param>
    /// <param name="scale">Factor on them.</param>
    /// <param name="before">The state before.</param>
    /// <param name="after">Receives the state after; may not be the same memory.</param>
    /// <param name="working">Receives the working weights.</param>
    /// <param name="count">Elements.</param>
    /// <param name="step">The numbers of the update.</param>
    void Update(nint sums, float scale, StateAddress before, StateAddress after, WorkingAddress working, long count, AdamWStep step);

    /// <summary>One step of the biases with which experts are chosen: against the sign of the sum. Moments become 0.</summary>
    /// <param name="sums">Summed excess loads, 32 bits.</param>
    /// <param name="before">The state before.</param>
    /// <param name="after">Receives the state after; may not be the same memory.</param>
    /// <param name="working">Receives the working weights.</param>
    /// <param name="count">Elements.</param>
    /// <param name="rate">Length of the step.</param>
    void Balance(nint sums, StateAddress before, StateAddress after, WorkingAddress working, long count, float rate);

    /// <summary>Working weights from master weights.</summary>
    void Refresh(nint master, WorkingAddress working, long count);
}
