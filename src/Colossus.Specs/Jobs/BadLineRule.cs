namespace Colossus.Specs.Jobs;

/// <summary>What happens to a line, row or value of a source that cannot be used.</summary>
public enum BadLineRule
{
    /// <summary>It is a mistake, and nothing is made of the text; <c>stop</c> in a job file.</summary>
    Stop,

    /// <summary>It is passed over and counted, with its place; <c>skip</c>.</summary>
    Skip,
}
