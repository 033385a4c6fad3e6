using static Colossus.Twin.Pricing.Parameter;

namespace Colossus.Twin.Pricing;

/// <summary>The fitted quantities with their meaning and what is expected of them before any run is seen.</summary>
public static class ParameterTable
{
    /// <summary>All quantities, in the order of <see cref="Parameter"/>.</summary>
    /// <remarks>
    /// Shares of the peak that products reach: the best product measured (data/microbench.csv: 0.80 of the 16-bit peak on an H100, 0.73 to 0.78 on Blackwell,
    /// 0.71 to 0.73 of the 8-bit peak on Hopper, 0.72 to 0.76 on Blackwell) times 0.87, because a run of hours draws more power than a benchmark of seconds.
    /// </remarks>
    public static IReadOnlyList<ParameterDefinition> All { get; } =
    [
        new(ProductAmpere, 0.80, 0.10, "", "share of the 16-bit peak that large products reach, Ampere"),
        new(ProductHopper16, 0.70, 0.10, "", "share of the 16-bit peak that large products reach, Hopper"),
        new(ProductHopper8, 0.62, 0.10, "", "share of the 8-bit peak that large products reach, Hopper"),
        new(ProductBlackwell16, 0.65, 0.15, "", "share of the 16-bit peak that large products reach, Blackwell"),
        new(ProductBlackwell8, 0.64, 0.15, "", "share of the 8-bit peak that large products reach, Blackwell, one scale a tensor"),
        new(ProductBlackwellMx8, 0.62, 0.15, "", "share of the 8-bit peak that large products reach, Blackwell, one scale for 32 values"),
        new(ProductBlackwell4, 0.48, 0.20, "", "share of the 4-bit peak that large products reach, Blackwell"),
        new(ProductCdna, 0.50, 0.20, "", "share of the peak that large products reach, CDNA 3"),
        new(ExpertHalf, 600, 0.60, "", "width of an expert at which its grouped products reach half the speed of one product of their size"),
        new(ProductShardedHopper, 0.90, 0.15, "", "speed of products on Hopper in sharded PyTorch relative to the fused stack (power drawn by traffic, libraries)"),
        new(ProductPlain, 0.90, 0.15, "", "speed of products in plain PyTorch relative to the fused stack"),
        new(InnerHalf, 200, 0.50, "", "inner width at which a product reaches half of its speed"),
        new(WaveExponent, 0.60, 0.40, "", "how much of the loss of the last, partly filled wave of tiles is felt"),
        new(PowerExponent, 0.50, 0.40, "", "exponent with which speed follows the power limit within a generation"),
        new(AttentionAmpere, 0.60, 0.15, "", "share of the 16-bit peak that flash attention reaches, Ampere"),
        new(AttentionHopper, 0.50, 0.15, "", "share of the 16-bit peak that flash attention reaches, Hopper"),
        new(AttentionBlackwell, 0.45, 0.20, "", "share of the 16-bit peak that flash attention reaches, Blackwell"),
        new(AttentionBlackwellUltra, 0.65, 0.20, "", "share of the 16-bit peak that flash attention reaches, Blackwell Ultra (twice the exponentials a second)"),
        new(AttentionSharded, 0.75, 0.25, "", "speed of attention in sharded PyTorch relative to the fused stack"),
        new(AttentionSequenceHalf, 500, 0.50, "tokens", "sequence at which attention reaches half of its speed"),
        new(AttentionHeadExponent, 0.40, 0.40, "", "exponent with which attention's speed follows the head width, against 128"),
        new(ScorePasses, 6.5, 0.40, "", "passes over the scores in memory without flash attention, forward"),
        new(MemoryEfficiency, 0.80, 0.05, "", "share of the peak memory bandwidth that elementwise kernels reach"),
        new(ElementwiseClassic, 1.6, 0.30, "", "elementwise traffic relative to fully fused kernels, classic stack"),
        new(ElementwiseSharded, 1.8, 0.30, "", "elementwise traffic relative to fully fused kernels, sharded PyTorch"),
        new(ElementwiseFused, 1.2, 0.30, "", "elementwise traffic relative to fully fused kernels, fused stack"),
        new(ElementwisePlain, 1.8, 0.30, "", "elementwise traffic relative to fully fused kernels, plain PyTorch"),
        new(QuantizePasses, 1.5, 0.50, "", "passes over the inputs of products for conversion to 8 or 4 bits"),
        new(RoutedPasses, 6, 0.50, "", "passes over routed tokens (permutation, weighting), forward"),
        new(HostClassic, 0.85e-3, 0.30, "s", "host time to launch the forward pass of a layer, classic stack"),
        new(HostSharded, 0.60e-3, 0.40, "s", "host time to launch the forward pass of a layer, sharded PyTorch"),
        new(HostFused, 0.35e-3, 0.40, "s", "host time to launch the forward pass of a layer, fused stack"),
        new(HostPlain, 0.60e-3, 0.40, "s", "host time to launch the forward pass of a layer, plain PyTorch"),
        new(HostExperts, 1.5e-3, 0.40, "s", "host time that a layer of experts adds, forward"),
        new(HostLocalExpert, 0.05e-3, 0.60, "s", "host time that each expert of a rank adds to a layer, forward"),
        new(HostTensor, 0.03e-3, 0.60, "s", "host time and waiting that a tensor-parallel collective adds for each doubling of the group"),
        new(HostStepClassic, 8e-3, 0.60, "s", "framework's time a step, classic stack"),
        new(HostStepSharded, 20e-3, 0.60, "s", "framework's time a step, sharded PyTorch"),
        new(HostStepFused, 25e-3, 0.60, "s", "framework's time a step, fused stack"),
        new(HostStepPlain, 20e-3, 0.60, "s", "framework's time a step, plain PyTorch"),
        new(LinkEfficiency, 0.80, 0.08, "", "share of the link bandwidth that collectives reach"),
        new(LinkLatency, 15e-6, 0.40, "s", "latency of a collective inside a domain"),
        new(NetworkEfficiency, 0.85, 0.15, "", "share of the network bandwidth that collectives reach"),
        new(NetworkLatency, 20e-6, 0.40, "s", "latency of a collective for each doubling of the domains"),
        new(NetworkScale, 0.03, 0.50, "", "share of the network bandwidth lost with each doubling of the domains"),
        new(TensorExposedClassic, 1.0, 0.15, "", "share of tensor-parallel traffic that is not hidden, classic stack"),
        new(TensorExposedSharded, 0.9, 0.30, "", "share of tensor-parallel traffic that is not hidden, sharded PyTorch"),
        new(TensorExposedFused, 0.5, 0.40, "", "share of tensor-parallel traffic that is not hidden, fused stack"),
        new(TensorExposedPlain, 1.0, 0.15, "", "share of tensor-parallel traffic that is not hidden, plain PyTorch"),
        new(ContextExposed, 0.5, 0.50, "", "share of context-parallel traffic that is not hidden"),
        new(PipelineExposed, 0.8, 0.40, "", "share of messages between stages that is not hidden, one chunk a stage"),
        new(PipelineExposedInterleaved, 0.4, 0.50, "", "share of messages between stages that is not hidden, several chunks a stage"),
        new(ExpertExposed, 0.8, 0.40, "", "share of experts' traffic that is not hidden"),
        new(DataHiddenClassic, 0.15, 0.60, "", "share of the backward pass of one micro-batch that hides gradient reduction, classic stack"),
        new(DataHiddenSharded, 0.80, 0.20, "", "share of compute that hides gathering and reduction, sharded PyTorch"),
        new(DataHiddenFused, 0.80, 0.20, "", "share of one micro-batch that hides gathering and reduction, fused stack"),
        new(DataHiddenPlain, 0.40, 0.60, "", "share of one micro-batch that hides gathering and reduction, plain PyTorch"),
        new(ShardedContention, 0.25, 0.50, "", "compute lost to hidden gathering and reduction that share the device with it, as a share of their time"),
        new(OptimizerPasses, 1.3, 0.40, "", "memory traffic of the optimizer relative to one read and write of all state"),
        new(SelectiveSharded, 0.35, 0.40, "", "share of a layer's products done again with selective recompute, sharded PyTorch"),
        new(SelectiveFused, 0.50, 0.50, "", "share of a layer's elementwise work done again with selective recompute, fused stack"),
        new(Jitter, 0.004, 0.50, "", "share of the step added by each doubling of the ranks beyond 8"),
    ];
}
