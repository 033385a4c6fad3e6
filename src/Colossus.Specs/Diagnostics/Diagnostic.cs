namespace Colossus.Specs.Diagnostics;

/// <summary>One mistake in what a person wrote.</summary>
/// <param name="File">The file, or <c>--set</c>.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Code">Stable code, listed in docs/errors.md.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
/// <param name="SourceLine">The line's text; empty when there is none.</param>
/// <param name="Length">Characters that the mistake covers, 1 or more.</param>
public sealed record Diagnostic(string File, int Line, int Column, string Code, string Message, string SourceLine, int Length)
{
    /// <summary>As a compiler shows it: position, code and message, then the line and a mark under the place.</summary>
    public override string ToString()
    {
        string head = $"{File}:{Line}:{Column}: error {Code}: {Message}";
        if (SourceLine.Length == 0)
        {
            return head;
        }

        // Tabs keep their width under the line above.
        string indent = new([.. SourceLine.Take(Column - 1).Select(letter => letter == '\t' ? '\t' : ' ')]);
        return $"{head}{Environment.NewLine}    {SourceLine}{Environment.NewLine}    {indent}{new string('^', Math.Max(1, Length))}";
    }
}
