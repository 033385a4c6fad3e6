namespace Colossus.Specs.Diagnostics;

/// <summary>Where something stands in what a person wrote.</summary>
/// <param name="File">The file; <c>--set section.key=value</c> for a value from the command line.</param>
/// <param name="Line">Line, from 1; 0 where there are no lines, as on the command line.</param>
/// <param name="Column">Column, from 1; 0 where there are no lines.</param>
/// <param name="Length">Characters that it covers on its line, 1 or more.</param>
/// <param name="SourceLine">Text of the line; empty when there is none.</param>
public sealed record SourcePlace(string File, int Line, int Column, int Length, string SourceLine)
{
    /// <summary>The start of a file.</summary>
    /// <param name="file">Its name.</param>
    public static SourcePlace StartOf(string file) => new(file, 1, 1, 1, string.Empty);

    /// <summary>As compilers write it: <c>job.yaml:12:7</c>.</summary>
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";
}
