namespace Colossus.Plan.Work;

/// <summary>What a count of floating-point operations includes. Published utilisations mix these; a figure without its convention says little.</summary>
public enum FlopConvention
{
    /// <summary>Model FLOPs; of the attention scores only the half that a causal mask leaves. What Colossus prints as utilisation.</summary>
    ModelCausal,

    /// <summary>Model FLOPs with the full square of attention scores (arXiv 2204.02311, appendix B; Megatron's counter).</summary>
    ModelFull,

    /// <summary>6 operations a weight and token, attention scores left out (arXiv 2001.08361).</summary>
    SixPerWeight,

    /// <summary>What the hardware does: <see cref="ModelCausal"/> and what the backward pass computes again.</summary>
    HardwareCausal,
}
