namespace Colossus.Supervision;

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>With its last step.</summary>
    Completed,

    /// <summary>Before it, by request.</summary>
    Stopped,

    /// <summary>It could not go on.</summary>
    Failed,
}
