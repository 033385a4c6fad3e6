using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Kernels;

/// <summary>The non-linearity between the two products of a feed-forward part, and its gradient.</summary>
internal static unsafe class FeedForwardActivation
{
    private const int Lanes = 16;
    private const int RowsPerBlock = 32;

    // GELU in its tanh form: 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))), arXiv 1606.08415.
    private const float GeluScale = 0.7978845608f;
    private const float GeluCubic = 0.044715f;

    /// <summary>Applies the activation.</summary>
    /// <param name="input">[rows, 2 · ffn] with the gate in the first half, or [rows, ffn] for kinds without a gate.</param>
    /// <param name="output">[rows, ffn], written.</param>
    public static void Forward<T>(T* input, T* output, int rows, int ffn, Activation kind)
        where T : unmanaged, IElement<T>
    {
        int width = Width(ffn, kind);
        ForRows(rows, row =>
        {
            T* source = input + ((long)row * width);
            ForwardRow(source, source + ffn, output + ((long)row * ffn), ffn, kind);
        });
    }

    /// <summary>Gradient of the input.</summary>
    /// <param name="dOutput">[rows, ffn].</param>
    /// <param name="input">As given to <see cref="Forward"/>.</param>
    /// <param name="dInput">Shape of <paramref name="input"/>, written.</param>
    public static void Backward<T>(T* dOutput, T* input, T* dInput, int rows, int ffn, Activation kind)
        where T : unmanaged, IElement<T>
    {
        int width = Width(ffn, kind);
        ForRows(rows, row =>
        {
            long start = (long)row * width;
            BackwardRow(dOutput + ((long)row * ffn), input + start, input + start + ffn, dInput + start, dInput + start + ffn, ffn, kind);
        });
    }

    private static int Width(int ffn, Activation kind) => kind is Activation.SwiGlu or Activation.GeGlu ? 2 * ffn : ffn;

    private static void ForRows(int rows, Action<int> body) => KernelThreads.For((rows + RowsPerBlock - 1) / RowsPerBlock, block =>
    {
        int end = Math.Min(rows, (block + 1) * RowsPerBlock);
        for (int row = block * RowsPerBlock; row < end; row++)
        {
            body(row);
        }
    });

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardRow<T>(T* x, T* up, T* output, int ffn, Activation kind)
        where T : unmanaged, IElement<T>
    {
        bool gated = kind is Activation.SwiGlu or Activation.GeGlu;
        int i = 0;
        for (; i <= ffn - Lanes; i += Lanes)
        {
            var value = Value(T.Load(x + i), kind);
            T.Store(output + i, gated ? value * T.Load(up + i) : value);
        }

        for (; i < ffn; i++)
        {
            float value = Value(Vector512.Create(T.ToFloat(x[i])), kind).ToScalar();
            output[i] = T.FromFloat(gated ? value * T.ToFloat(up[i]) : value);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardRow<T>(T* dOutput, T* x, T* up, T* dx, T* dUp, int ffn, Activation kind)
        where T : unmanaged, IElement<T>
    {
        bool gated = kind is Activation.SwiGlu or Activation.GeGlu;
        int i = 0;
        for (; i <= ffn - Lanes; i += Lanes)
        {
            var gradient = T.Load(dOutput + i);
            var (value, slope) = ValueAndSlope(T.Load(x + i), kind);
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
            var (value, slope) = ValueAndSlope(Vector512.Create(T.ToFloat(x[i])), kind);
            if (gated)
            {
                dUp[i] = T.FromFloat(gradient * value.ToScalar());
                gradient *= T.ToFloat(up[i]);
            }

            dx[i] = T.FromFloat(gradient * slope.ToScalar());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Value(Vector512<float> x, Activation kind)
    {
        switch (kind)
        {
            case Activation.SwiGlu:
                return x * VectorMath.Sigmoid(x);
            case Activation.SquaredRelu:
                var positive = Vector512.Max(x, Vector512<float>.Zero);
                return positive * positive;
            default:
                // 0.5 (1 + tanh z) is the logistic function of 2z.
                return x * VectorMath.Sigmoid(GeluArgument(x));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Value, Vector512<float> Slope) ValueAndSlope(Vector512<float> x, Activation kind)
    {
        var one = Vector512<float>.One;
        switch (kind)
        {
            case Activation.SwiGlu:
                var sigmoid = VectorMath.Sigmoid(x);
                return (x * sigmoid, sigmoid * (one + (x * (one - sigmoid))));
            case Activation.SquaredRelu:
                var positive = Vector512.Max(x, Vector512<float>.Zero);
                return (positive * positive, positive + positive);
            default:
                var share = VectorMath.Sigmoid(GeluArgument(x));
                var argumentSlope = Vector512.Create(2 * GeluScale) * (one + (Vector512.Create(3 * GeluCubic) * x * x));
                return (x * share, share + (x * share * (one - share) * argumentSlope));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> GeluArgument(Vector512<float> x) =>
        Vector512.Create(2 * GeluScale) * (x + (Vector512.Create(GeluCubic) * x * x * x));
}
