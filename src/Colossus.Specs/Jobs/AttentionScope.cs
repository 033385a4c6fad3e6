namespace Colossus.Specs.Jobs;

/// <summary>Which of the tokens before it a token sees.</summary>
public enum AttentionScope
{
    /// <summary>All of its sample, whatever documents they are of; <c>sequence</c> in a job file.</summary>
    Sequence,

    /// <summary>Those of its own document; <c>document</c>.</summary>
    Document,
}
