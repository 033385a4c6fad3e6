namespace Colossus.Specs.Jobs;

/// <summary>What the backward pass computes again instead of keeping from the forward pass (arXiv 2205.05198).</summary>
public enum Recompute
{
    /// <summary>Nothing; <c>none</c> in a job file.</summary>
    None,

    /// <summary>Attention's scores and probabilities; <c>selective</c>.</summary>
    Selective,

    /// <summary>Whole layers; <c>full</c>.</summary>
    Full,
}
