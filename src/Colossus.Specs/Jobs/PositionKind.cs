namespace Colossus.Specs.Jobs;

/// <summary>How a model knows the position of a token.</summary>
public enum PositionKind
{
    /// <summary>Queries and keys are turned by angles that grow with the position (arXiv 2104.09864); <c>rotary</c> in a job file.</summary>
    Rotary,

    /// <summary>A trained vector for each position is added to the embedding (GPT-2, GPT-3); <c>learned</c>.</summary>
    Learned,
}
