using Colossus.Collectives;
using Colossus.Training.Kernels;

namespace Colossus.Training.Backends.Cpu;

/// <summary>The state's arithmetic on the CPU.</summary>
/// <typeparam name="TGradient">Type of gradients.</typeparam>
/// <typeparam name="TWeight">Type of working weights.</typeparam>
internal sealed unsafe class CpuStateKernels<TGradient, TWeight> : IStateKernels
    where TGradient : unmanaged, IElement<TGradient>
    where TWeight : unmanaged, IElement<TWeight>
{
    /// <inheritdoc/>
    public void AddToSums(nint gradients, nint sums, long count, bool first)
    {
        if (first)
        {
            Flat.Convert((TGradient*)gradients, (F32*)sums, count);
        }
        else
        {
            Flat.Add((F32*)sums, (TGradient*)gradients, count);
        }
    }

    /// <inheritdoc/>
    public void AddToIntegers(nint gradients, nint integers, long count, FixedPoint format, bool first)
    {
        void* source = (void*)gradients;
        FixedPointKernels.Sum(format, sizeof(TGradient) == 2 ? ElementType.BFloat16 : ElementType.Float32, &source, 1, (long*)integers, count, add: !first);
    }

    /// <inheritdoc/>
    public void FromIntegers(nint integers, nint sums, long count, FixedPoint format) => FixedPointKernels.ToFloats(format, (long*)integers, (float*)sums, count);

    /// <inheritdoc/>
    public void Add(nint target, nint source, long count) => Flat.Add((F32*)target, (F32*)source, count);

    /// <inheritdoc/>
    public void AddSquares(nint sums, long count, int block, ExactSum total)
    {
        double[] squares = new double[(count + block - 1) / block];
        fixed (double* into = squares)
        {
            KernelThreads.For(squares.Length, new SquaresBody((float*)sums, count, block, into));
        }

        foreach (double square in squares)
        {
            total.Add(square);
        }
    }

    /// <inheritdoc/>
    public void Update(nint sums, float scale, StateAddress before, StateAddress after, WorkingAddress working, long count, AdamWStep step)
    {
        AdamW.StepFromSum(
            (float*)sums,
            scale,
            (float*)before.Master,
            (float*)before.First,
            (float*)before.Second,
            (float*)after.Master,
            (float*)after.First,
            (float*)after.Second,
            (TWeight*)working.Weights,
            count,
            step);
        RefreshMatrices(after.Master, working, count);
    }

    /// <inheritdoc/>
    public void Balance(nint sums, StateAddress before, StateAddress after, WorkingAddress working, long count, float rate)
    {
        Flat.Zero((float*)after.First, count);
        Flat.Zero((float*)after.Second, count);
        for (long i = 0; i < count; i++)
        {
            float excess = ((float*)sums)[i];
            ((float*)after.Master)[i] = ((float*)before.Master)[i] - (excess > 0 ? rate : excess < 0 ? -rate : 0);
        }

        Refresh(after.Master, working, count);
    }

    /// <inheritdoc/>
    public void Refresh(nint master, WorkingAddress working, long count)
    {
        Flat.Convert((F32*)master, (TWeight*)working.Weights, count);
        RefreshMatrices(master, working, count);
    }

    private static void RefreshMatrices(nint master, WorkingAddress working, long count)
    {
        if (working.Matrices != 0)
        {
            Flat.Convert((F32*)master, (Bf16*)working.Matrices, count);
        }
    }

    private readonly struct SquaresBody(float* sums, long count, int block, double* squares) : IKernelBody
    {
        private readonly float* sums = sums;
        private readonly long count = count;
        private readonly int block = block;
        private readonly double* squares = squares;

        public void Run(int item)
        {
            long start = (long)item * block;
            squares[item] = Flat.SumOfSquares(sums + start, Math.Min(block, count - start));
        }
    }
}
