using System.Text.Json.Serialization;

namespace Colossus.Specs.Jobs;

/// <summary>The non-linearity of a feed-forward part. The gated ones have three matrices, the others two.</summary>
public enum Activation
{
    /// <summary>silu(x W_gate) * (x W_up), arXiv 2002.05202; <c>swiglu</c> in a job file.</summary>
    [JsonStringEnumMemberName("swiglu")]
    SwiGlu,

    /// <summary>gelu(x W_gate) * (x W_up), arXiv 2002.05202, with the tanh form of GELU; <c>geglu</c>.</summary>
    [JsonStringEnumMemberName("geglu")]
    GeGlu,

    /// <summary>GELU in its tanh form, arXiv 1606.08415; <c>gelu</c>.</summary>
    Gelu,

    /// <summary>max(x, 0) squared, arXiv 2109.08668; <c>squared-relu</c>.</summary>
    SquaredRelu,
}
