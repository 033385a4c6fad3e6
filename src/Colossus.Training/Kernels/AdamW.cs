using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Colossus.Training.Kernels;

/// <summary>The update of weights and moments, in one pass over memory (arXiv 1711.05101).</summary>
internal static unsafe class AdamW
{
    private const int Lanes = 16;

    // One core waits for memory here: asking for what comes 2 KiB later keeps more requests under way than the processor does by itself.
    private const int Ahead = 512;

    // Values that a thread takes at once.
    private const long UpdateBlock = 1 << 16;

    /// <summary>One update of a range. In and out may be the same memory.</summary>
    /// <param name="sum">Summed gradients.</param>
    /// <param name="gradientScale">Factor on them.</param>
    /// <param name="masterIn">fp32 weights before.</param>
    /// <param name="firstIn">Mean before.</param>
    /// <param name="secondIn">Mean of squares before.</param>
    /// <param name="masterOut">fp32 weights, written.</param>
    /// <param name="firstOut">Mean, written.</param>
    /// <param name="secondOut">Mean of squares, written.</param>
    /// <param name="weights">Working copy, written.</param>
    /// <param name="count">Values.</param>
    /// <param name="step">The numbers of the update.</param>
    public static void StepFromSum<TWeight>(
        float* sum,
        float gradientScale,
        float* masterIn,
        float* firstIn,
        float* secondIn,
        float* masterOut,
        float* firstOut,
        float* secondOut,
        TWeight* weights,
        long count,
        AdamWStep step)
        where TWeight : unmanaged, IElement<TWeight>
    {
        var memory = new State<TWeight>(sum, masterIn, firstIn, secondIn, masterOut, firstOut, secondOut, weights);
        KernelThreads.For((int)((count + UpdateBlock - 1) / UpdateBlock), new StepBody<TWeight>(memory, gradientScale, count, step));
    }

    // m and v with their corrections folded into two factors: w -= rate / c1 · m / (√(v / c2) + ε).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Update<TWeight>(State<TWeight> at, float scale, long start, long end, AdamWStep step)
        where TWeight : unmanaged, IElement<TWeight>
    {
        float fresh1 = 1 - step.Beta1;
        float fresh2 = 1 - step.Beta2;
        float unbias = 1 / step.Correction2;
        float rate = step.Rate / step.Correction1;
        float shrink = step.Rate * step.Decay;
        var (scales, beta1, beta2) = (Vector512.Create(scale), Vector512.Create(step.Beta1), Vector512.Create(step.Beta2));
        var (fresh1s, fresh2s) = (Vector512.Create(fresh1), Vector512.Create(fresh2));
        var (unbiases, rates) = (Vector512.Create(unbias), Vector512.Create(rate));
        var (shrinks, epsilons) = (Vector512.Create(shrink), Vector512.Create(step.Epsilon));
        bool streams = at.CanStream(start);
        long i = start;
        for (; i <= end - Lanes; i += Lanes)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(at.Sum + i + Ahead);
                Sse.Prefetch0(at.FirstIn + i + Ahead);
                Sse.Prefetch0(at.SecondIn + i + Ahead);
                Sse.Prefetch0(at.MasterIn + i + Ahead);
            }

            var gradient = Vector512.Load(at.Sum + i) * scales;
            var first = Vector512.FusedMultiplyAdd(Vector512.Load(at.FirstIn + i), beta1, gradient * fresh1s);
            var second = Vector512.FusedMultiplyAdd(Vector512.Load(at.SecondIn + i), beta2, gradient * gradient * fresh2s);
            var root = Vector512.Sqrt(second * unbiases) + epsilons;
            var master = Vector512.Load(at.MasterIn + i);
            master -= master * shrinks;
            master -= first * rates / root;
            if (streams)
            {
                first.StoreAlignedNonTemporal(at.FirstOut + i);
                second.StoreAlignedNonTemporal(at.SecondOut + i);
                master.StoreAlignedNonTemporal(at.MasterOut + i);
            }
            else
            {
                first.Store(at.FirstOut + i);
                second.Store(at.SecondOut + i);
                master.Store(at.MasterOut + i);
            }

            TWeight.Store(at.Weights + i, master);
        }

        if (streams && Sse.IsSupported)
        {
            // Streaming stores are not ordered with the store of the counter that tells other ranks of them.
            Sse.StoreFence();
        }

        for (; i < end; i++)
        {
            float gradient = at.Sum[i] * scale;
            float first = MathF.FusedMultiplyAdd(at.FirstIn[i], step.Beta1, gradient * fresh1);
            float second = MathF.FusedMultiplyAdd(at.SecondIn[i], step.Beta2, gradient * gradient * fresh2);
            float root = MathF.Sqrt(second * unbias) + step.Epsilon;
            float master = at.MasterIn[i];
            master -= master * shrink;
            master -= first * rate / root;
            at.FirstOut[i] = first;
            at.SecondOut[i] = second;
            at.MasterOut[i] = master;
            at.Weights[i] = TWeight.FromFloat(master);
        }
    }

    private readonly struct State<TWeight>(
        float* sum, float* masterIn, float* firstIn, float* secondIn, float* masterOut, float* firstOut, float* secondOut, TWeight* weights)
        where TWeight : unmanaged, IElement<TWeight>
    {
        public readonly float* Sum = sum;
        public readonly float* MasterIn = masterIn;
        public readonly float* FirstIn = firstIn;
        public readonly float* SecondIn = secondIn;
        public readonly float* MasterOut = masterOut;
        public readonly float* FirstOut = firstOut;
        public readonly float* SecondOut = secondOut;
        public readonly TWeight* Weights = weights;

        /// <summary>Whether stores may go past the caches: what is written is not what was read, and is read only in the next step.</summary>
        public bool CanStream(long start) =>
            MasterIn != MasterOut && (((nuint)(MasterOut + start) | (nuint)(FirstOut + start) | (nuint)(SecondOut + start)) & 63) == 0;
    }

    private readonly struct StepBody<TWeight>(State<TWeight> memory, float scale, long count, AdamWStep step) : IKernelBody
        where TWeight : unmanaged, IElement<TWeight>
    {
        private readonly State<TWeight> memory = memory;
        private readonly float scale = scale;
        private readonly long count = count;
        private readonly AdamWStep step = step;

        public void Run(int item) => Update(memory, scale, item * UpdateBlock, Math.Min(count, (item + 1) * UpdateBlock), step);
    }
}
