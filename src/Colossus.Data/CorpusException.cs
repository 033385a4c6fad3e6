namespace Colossus.Data;

/// <summary>The text of a job cannot be used.</summary>
/// <param name="problems">Each with file, place and what to do.</param>
public sealed class CorpusException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>One problem.</summary>
    /// <param name="problem">File, place and what to do.</param>
    public CorpusException(string problem) : this([problem])
    {
    }

    /// <summary>All problems found.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
