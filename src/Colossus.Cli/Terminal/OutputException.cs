namespace Colossus.Cli.Terminal;

/// <summary>Standard output takes no more.</summary>
/// <param name="nobodyListens">Whether its reader has gone, as <c>head</c> does when it has enough; otherwise writing failed, as on a full disk.</param>
/// <param name="message">The system's words.</param>
internal sealed class OutputException(bool nobodyListens, string message) : IOException(message)
{
    /// <summary>Whether the reader has gone: no fault, and nothing to complain of.</summary>
    public bool NobodyListens { get; } = nobodyListens;
}
