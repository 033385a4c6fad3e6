using System.Text.Json.Serialization;

namespace Colossus.Specs.Jobs;

/// <summary>The order in which a pipeline stage does its forward and backward passes.</summary>
public enum PipelineSchedule
{
    /// <summary>All forward, then all backward (arXiv 1811.06965); <c>gpipe</c> in a job file.</summary>
    [JsonStringEnumMemberName("gpipe")]
    GPipe,

    /// <summary>One forward, one backward (arXiv 2006.09503); <c>1f1b</c>.</summary>
    [JsonStringEnumMemberName("1f1b")]
    OneForwardOneBackward,

    /// <summary>1F1B over several chunks of layers a stage (arXiv 2104.04473); <c>interleaved</c>.</summary>
    Interleaved,

    /// <summary>Backward passes split into gradients of inputs and of weights (arXiv 2401.10241); <c>zero-bubble</c>.</summary>
    ZeroBubble,
}
