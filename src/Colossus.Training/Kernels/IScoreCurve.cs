using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>What attention does to a score before softmax, in units of log 2; a type each, so that a loop over scores holds the formula of one only.</summary>
internal interface IScoreCurve
{
    /// <summary>The function.</summary>
    Vector512<float> Value(Vector512<float> score);

    /// <summary>The gradient of a score.</summary>
    /// <param name="value">What the function gave.</param>
    /// <param name="gradient">Its gradient.</param>
    Vector512<float> Gradient(Vector512<float> value, Vector512<float> gradient);
}
