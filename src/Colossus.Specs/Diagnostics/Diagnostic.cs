namespace Colossus.Specs.Diagnostics;

/// <summary>One mistake in what a person wrote.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Severity">Whether the file can be used all the same.</param>
/// <param name="Code">Stable code, listed in docs/errors.md.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Advice">What to do about it, as in <c>use 1, 2 or 4</c>; null when the message says it.</param>
public sealed record Diagnostic(SourcePlace Place, Severity Severity, string Code, string Message, string? Advice = null)
{
    // Longer lines are cut around the place, so that the mark stays under it in a terminal.
    private const int longestLine = 120;

    /// <summary>Position, severity, code, message and advice in one line: <c>job.yaml:12:7: error COL1006: …; use 1, 2 or 4</c>.</summary>
    public string Headline => $"{Place}: {(Severity == Severity.Error ? "error" : "warning")} {Code}: {Message}{(Advice is null ? string.Empty : $"; {Advice}")}";

    /// <summary>As a compiler shows it: the headline, then the line and a mark under the place.</summary>
    public override string ToString()
    {
        if (Place.Line == 0 || Place.SourceLine.Length == 0)
        {
            return Headline;
        }

        int column = Math.Clamp(Place.Column - 1, 0, Place.SourceLine.Length);
        int from = Place.SourceLine.Length <= longestLine ? 0 : Math.Clamp(column - (longestLine / 2), 0, Place.SourceLine.Length - longestLine);
        string shown = Place.SourceLine[from..Math.Min(Place.SourceLine.Length, from + longestLine)];
        int width = Math.Clamp(Place.Length, 1, Math.Max(1, shown.Length - (column - from)));

        // Tabs keep their width under the line above.
        string indent = new([.. shown.Take(column - from).Select(static letter => letter == '\t' ? '\t' : ' ')]);
        return $"{Headline}\n    {shown}\n    {indent}{new string('^', width)}";
    }
}
