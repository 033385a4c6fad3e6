namespace Colossus.Specs.Jobs;

/// <summary>How the residual stream is normalized before, and with <c>postNorm</c> after, each part of a layer.</summary>
public enum NormKind
{
    /// <summary>By the root of the mean square, with a scale (arXiv 1910.07467); <c>rms-norm</c> in a job file.</summary>
    RmsNorm,

    /// <summary>By mean and deviation, with a scale and a bias (arXiv 1607.06450); <c>layer-norm</c>.</summary>
    LayerNorm,
}
