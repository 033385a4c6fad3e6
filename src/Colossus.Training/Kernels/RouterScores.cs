using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Kernels;

/// <summary>Scores of all experts for one token. Rows are as long as <see cref="Padded"/> says, so that vectors cover them.</summary>
internal static unsafe class RouterScores
{
    private const int Lanes = 16;

    /// <summary>Elements of a row for so many experts.</summary>
    public static int Padded(int experts) => (experts + Lanes - 1) / Lanes * Lanes;

    /// <summary>Softmax or sigmoid.</summary>
    /// <param name="logits">[experts].</param>
    /// <param name="scores">[padded], written; 0 behind the experts.</param>
    public static void Of(RouterKind kind, float* logits, float* scores, int experts)
    {
        if (kind == RouterKind.Softmax)
        {
            _ = Softmax(logits, scores, experts);
            return;
        }

        Load(logits, scores, experts);
        for (int i = 0; i < Padded(experts); i += Lanes)
        {
            VectorMath.Sigmoid(Vector512.Load(scores + i)).Store(scores + i);
        }
    }

    /// <summary>Softmax over all experts.</summary>
    /// <param name="logits">[experts].</param>
    /// <param name="scores">[padded], written; 0 behind the experts.</param>
    /// <returns>The logarithm of the sum of exponentials.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Softmax(float* logits, float* scores, int experts)
    {
        Load(logits, scores, experts);
        float max = float.NegativeInfinity;
        for (int i = 0; i < experts; i++)
        {
            max = MathF.Max(max, scores[i]);
        }

        int padded = Padded(experts);
        var sums = Vector512<float>.Zero;
        for (int i = 0; i < padded; i += Lanes)
        {
            var value = VectorMath.Exp(Vector512.Load(scores + i) - Vector512.Create(max));
            value.Store(scores + i);
            sums += value;
        }

        float sum = Vector512.Sum(sums);
        for (int i = 0; i < padded; i += Lanes)
        {
            (Vector512.Load(scores + i) / Vector512.Create(sum)).Store(scores + i);
        }

        return max + MathF.Log(sum);
    }

    private static void Load(float* logits, float* scores, int experts)
    {
        new Span<float>(logits, experts).CopyTo(new Span<float>(scores, experts));
        new Span<float>(scores + experts, Padded(experts) - experts).Fill(float.NegativeInfinity);
    }
}
