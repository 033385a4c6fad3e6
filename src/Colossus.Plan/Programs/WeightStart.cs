namespace Colossus.Plan.Programs;

/// <summary>The values of a weight before the first step.</summary>
public enum WeightStart
{
    /// <summary>Normal with deviation 0.02.</summary>
    Normal,

    /// <summary>Normal with deviation 0.02 / √(2 · layers): what a branch adds to the residual stream (GPT-2's rule).</summary>
    IntoResidual,

    /// <summary>1.</summary>
    One,

    /// <summary>0.</summary>
    Zero,
}
