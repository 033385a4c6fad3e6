using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Kernels;

/// <summary>The non-linearity between the two products of a feed-forward part, and its gradient.</summary>
internal static unsafe class FeedForwardActivation
{
    private const int Lanes = 16;
    private const int RowsPerBlock = 32;

    /// <summary>Applies the activation.</summary>
    /// <param name="input">[rows, 2 · ffn] with the gate in the first half, or [rows, ffn] for kinds without a gate.</param>
    /// <param name="output">[rows, ffn], written.</param>
    public static void Forward<T>(T* input, T* output, int rows, int ffn, Activation kind)
        where T : unmanaged, IElement<T>
    {
        bool gated = IsGated(kind);
        int blocks = (rows + RowsPerBlock - 1) / RowsPerBlock;
        switch (kind)
        {
            case Activation.SwiGlu:
                KernelThreads.For(blocks, new ForwardBody<T, SiluCurve>(input, output, rows, ffn, gated));
                break;
            case Activation.SquaredRelu:
                KernelThreads.For(blocks, new ForwardBody<T, SquaredReluCurve>(input, output, rows, ffn, gated));
                break;
            default:
                KernelThreads.For(blocks, new ForwardBody<T, GeluCurve>(input, output, rows, ffn, gated));
                break;
        }
    }

    /// <summary>Gradient of the input.</summary>
    /// <param name="dOutput">[rows, ffn].</param>
    /// <param name="input">As given to <see cref="Forward"/>.</param>
    /// <param name="dInput">Shape of <paramref name="input"/>, written.</param>
    public static void Backward<T>(T* dOutput, T* input, T* dInput, int rows, int ffn, Activation kind)
        where T : unmanaged, IElement<T>
    {
        bool gated = IsGated(kind);
        int blocks = (rows + RowsPerBlock - 1) / RowsPerBlock;
        switch (kind)
        {
            case Activation.SwiGlu:
                KernelThreads.For(blocks, new BackwardBody<T, SiluCurve>(dOutput, input, dInput, rows, ffn, gated));
                break;
            case Activation.SquaredRelu:
                KernelThreads.For(blocks, new BackwardBody<T, SquaredReluCurve>(dOutput, input, dInput, rows, ffn, gated));
                break;
            default:
                KernelThreads.For(blocks, new BackwardBody<T, GeluCurve>(dOutput, input, dInput, rows, ffn, gated));
                break;
        }
    }

    private static bool IsGated(Activation kind) => kind is Activation.SwiGlu or Activation.GeGlu;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardRow<T, TCurve>(T* x, T* up, T* output, int ffn, bool gated)
        where T : unmanaged, IElement<T>
        where TCurve : IActivationCurve
    {
        int i = 0;
        for (; i <= ffn - Lanes; i += Lanes)
        {
            var value = TCurve.Value(T.Load(x + i));
            T.Store(output + i, gated ? value * T.Load(up + i) : value);
        }

        for (; i < ffn; i++)
        {
            float value = TCurve.Value(Vector512.Create(T.ToFloat(x[i]))).ToScalar();
            output[i] = T.FromFloat(gated ? value * T.ToFloat(up[i]) : value);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardRow<T, TCurve>(T* dOutput, T* x, T* up, T* dx, T* dUp, int ffn, bool gated)
        where T : unmanaged, IElement<T>
        where TCurve : IActivationCurve
    {
        int i = 0;
        for (; i <= ffn - Lanes; i += Lanes)
        {
            var gradient = T.Load(dOutput + i);
            var (value, slope) = TCurve.ValueAndSlope(T.Load(x + i));
            if (gated)
            {
                T.Store(dUp + i, gradient * value);
                gradient *= T.Load(up + i);
            }

            T.Store(dx + i, gradient * slope);
        }

        for (; i < ffn; i++)
        {
            float gradient = T.ToFloat(dOutput[i]);
            var (value, slope) = TCurve.ValueAndSlope(Vector512.Create(T.ToFloat(x[i])));
            if (gated)
            {
                dUp[i] = T.FromFloat(gradient * value.ToScalar());
                gradient *= T.ToFloat(up[i]);
            }

            dx[i] = T.FromFloat(gradient * slope.ToScalar());
        }
    }

    private readonly struct ForwardBody<T, TCurve>(T* input, T* output, int rows, int ffn, bool gated) : IKernelBody
        where T : unmanaged, IElement<T>
        where TCurve : IActivationCurve
    {
        private readonly T* input = input;
        private readonly T* output = output;
        private readonly int rows = rows;
        private readonly int ffn = ffn;
        private readonly bool gated = gated;

        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                T* source = input + ((long)row * (gated ? 2 : 1) * ffn);
                ForwardRow<T, TCurve>(source, source + ffn, output + ((long)row * ffn), ffn, gated);
            }
        }
    }

    private readonly struct BackwardBody<T, TCurve>(T* dOutput, T* input, T* dInput, int rows, int ffn, bool gated) : IKernelBody
        where T : unmanaged, IElement<T>
        where TCurve : IActivationCurve
    {
        private readonly T* dOutput = dOutput;
        private readonly T* input = input;
        private readonly T* dInput = dInput;
        private readonly int rows = rows;
        private readonly int ffn = ffn;
        private readonly bool gated = gated;

        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                long start = (long)row * (gated ? 2 : 1) * ffn;
                T* gradient = dOutput + ((long)row * ffn);
                BackwardRow<T, TCurve>(gradient, input + start, input + start + ffn, dInput + start, dInput + start + ffn, ffn, gated);
            }
        }
    }
}
