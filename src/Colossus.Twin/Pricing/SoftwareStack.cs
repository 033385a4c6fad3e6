namespace Colossus.Twin.Pricing;

/// <summary>A generation of training software. The same model on the same machine differs by a factor of two between them.</summary>
public enum SoftwareStack
{
    /// <summary>Before flash attention: scores in memory, kernels not fused, collectives not overlapped (Megatron-LM and DeepSpeed until 2022).</summary>
    Classic,

    /// <summary>PyTorch with weights sharded over data-parallel ranks (FSDP), eager or compiled: torchtitan, LLM Foundry.</summary>
    Sharded,

    /// <summary>Fused kernels, flash attention, overlapped collectives: Megatron Core with Transformer Engine, and its like.</summary>
    Fused,

    /// <summary>PyTorch with flash attention and tensor or pipeline parallelism, kernels hardly fused and collectives hardly overlapped: most research code of 2023 and 2024.</summary>
    Plain,

    /// <summary>Colossus's own engine on processors: no launches, kernels in caches, gradients summed in shared memory while the backward pass runs.</summary>
    Native,
}
