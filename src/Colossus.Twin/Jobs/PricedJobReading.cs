namespace Colossus.Twin.Jobs;

/// <summary>What came of reading a job file for the twin.</summary>
/// <param name="Job">The job; null if anything is wrong.</param>
/// <param name="Problems">Everything that is wrong, each as <c>file:line:column: error: what, and what to do</c>.</param>
public sealed record PricedJobReading(PricedJob? Job, IReadOnlyList<string> Problems);
