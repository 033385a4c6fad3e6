using System.Text.Json.Serialization;

namespace Colossus.Specs.Jobs;

/// <summary>How rotary angles between the slow ones, which are divided, and the quick ones, which stay, are scaled.</summary>
public enum RopeScalingKind
{
    /// <summary>Linearly in how often they turn, as in Llama 3.1 (<c>apply_scaling</c> of meta-llama/llama-models); <c>llama3</c> in a job file.</summary>
    [JsonStringEnumMemberName("llama3")]
    Llama3,

    /// <summary>
    /// Linearly in the index of the pair, as in the published programs of YaRN (arXiv 2309.00071; jquesnelle/yarn) and DeepSeek-V3; <c>yarn</c>.
    /// Section 3.2 of the paper is linear in turns; models were trained with the programs.
    /// </summary>
    Yarn,
}
