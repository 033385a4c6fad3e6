namespace Colossus.Supervision;

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>With its last step.</summary>
    Completed,

    /// <summary>Before it, by request.</summary>
    Stopped,

    /// <summary>With its last step or by request, but the weights of the end could not be written to disk.</summary>
    Unsaved,

    /// <summary>It could not go on.</summary>
    Failed,
}
