namespace Colossus.Data.Sources;

/// <summary>Collects what is wrong so that a person sees it all at once; bounded, so that a million bad lines do not fill memory.</summary>
internal sealed class ProblemList
{
    /// <summary>How many problems are kept; the next one only says that there are more.</summary>
    public const int Limit = 20;

    private readonly List<CorpusProblem> problems = [];

    public bool Any => problems.Count > 0;

    public bool Full => problems.Count > Limit;

    public void Add(CorpusProblem problem)
    {
        if (problems.Count < Limit)
        {
            problems.Add(problem);
        }
        else if (problems.Count == Limit)
        {
            problems.Add(new CorpusProblem($"more than {Limit} problems", "correct these first"));
        }
    }

    public void ThrowIfAny()
    {
        if (Any)
        {
            throw new CorpusException([.. problems]);
        }
    }
}
