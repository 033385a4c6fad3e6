namespace Colossus.Specs.Diagnostics;

/// <summary>The mistakes found so far. It keeps each place and code once, and at most <see cref="Most"/> of all.</summary>
public sealed class DiagnosticBag
{
    /// <summary>How many are kept; a file with more of them is not a job file.</summary>
    public const int Most = 100;

    private readonly List<Diagnostic> all = [];

    /// <summary>All of them: those of the command line first, then in the order of the file.</summary>
    public IReadOnlyList<Diagnostic> All => [.. all.OrderBy(static mistake => mistake.Place.Line).ThenBy(static mistake => mistake.Place.Column)];

    /// <summary>Whether one of them is an error.</summary>
    public bool HasErrors => all.Exists(static mistake => mistake.Severity == Severity.Error);

    /// <summary>Adds an error.</summary>
    /// <param name="place">Where it stands.</param>
    /// <param name="code">One of <see cref="ErrorCode"/>.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="advice">What to do about it.</param>
    public void Error(SourcePlace place, string code, string message, string? advice = null) => Add(new Diagnostic(place, Severity.Error, code, message, advice));

    /// <summary>Adds a diagnostic, unless the same is there.</summary>
    public void Add(Diagnostic diagnostic)
    {
        if (all.Count < Most && !all.Contains(diagnostic))
        {
            all.Add(diagnostic);
        }
    }
}
