namespace Colossus.Plan.Parameters;

/// <summary>How a step changes a parameter.</summary>
public enum UpdateRule
{
    /// <summary>AdamW without weight decay: norms and biases.</summary>
    Plain,

    /// <summary>AdamW with weight decay: matrices.</summary>
    Decaying,

    /// <summary>A step of fixed length against the sign of the excess load: the biases with which experts are chosen (arXiv 2408.15664).</summary>
    Balancing,
}
