namespace Colossus.Specs.Layouts;

/// <summary>A rule that a layout breaks.</summary>
/// <param name="Keys">Keys of a job file at the first of which, of those that are given, the mistake is shown.</param>
/// <param name="Others">Other keys that the rule is about.</param>
/// <param name="Message">What does not fit, with its values.</param>
/// <param name="Advice">What to use instead.</param>
public sealed record LayoutProblem(IReadOnlyList<string> Keys, IReadOnlyList<string> Others, string Message, string Advice)
{
    /// <summary>Message and advice in one sentence.</summary>
    public override string ToString() => $"{Message}; {Advice}";
}
