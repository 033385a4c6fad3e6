namespace Colossus.Specs.Jobs;

/// <summary>How the logits of a router become the scores of experts.</summary>
public enum RouterKind
{
    /// <summary>Softmax over all experts.</summary>
    Softmax,

    /// <summary>The sigmoid of each, as in DeepSeek-V3.</summary>
    Sigmoid,
}
