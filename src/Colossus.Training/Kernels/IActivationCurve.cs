using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>A non-linearity of one variable; a type each, so that a loop over values holds the formula of one only.</summary>
internal interface IActivationCurve
{
    /// <summary>The function.</summary>
    static abstract Vector512<float> Value(Vector512<float> x);

    /// <summary>The function and its derivative.</summary>
    static abstract (Vector512<float> Value, Vector512<float> Slope) ValueAndSlope(Vector512<float> x);
}
