namespace Colossus.Data;

/// <summary>The text cannot be read, or its token shards cannot be made or used. The message has one line for each problem.</summary>
public sealed class CorpusException : Exception
{
    /// <summary>An error with every problem that was found.</summary>
    /// <param name="problems">At least one problem.</param>
    /// <param name="inner">What the operating system or a library said, or null.</param>
    public CorpusException(IReadOnlyList<CorpusProblem> problems, Exception? inner = null)
        : base(string.Join('\n', problems), inner) => Problems = problems;

    /// <summary>An error with one problem.</summary>
    /// <param name="problem">What is wrong.</param>
    /// <param name="inner">What the operating system or a library said, or null.</param>
    public CorpusException(CorpusProblem problem, Exception? inner = null)
        : this([problem], inner)
    {
    }

    /// <summary>An error with one problem in one sentence.</summary>
    /// <param name="problem">What is wrong and what to do about it.</param>
    public CorpusException(string problem)
        : this(new CorpusProblem(problem))
    {
    }

    /// <summary>Every problem found, in the order of the sources.</summary>
    public IReadOnlyList<CorpusProblem> Problems { get; }
}
