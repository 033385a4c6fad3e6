namespace Colossus.Runs;

/// <summary>A run folder cannot be made, opened or taken up; the message says which, why, and what to do.</summary>
public sealed class RunFolderException : Exception
{
    /// <summary>With a message for the person at the terminal.</summary>
    /// <param name="message">What, where, why, what next.</param>
    public RunFolderException(string message) : base(message)
    {
    }

    /// <summary>With a message and the error of the system beneath it.</summary>
    /// <param name="message">What, where, why, what next.</param>
    /// <param name="inner">The system's error.</param>
    public RunFolderException(string message, Exception inner) : base(message, inner)
    {
    }
}
