using Colossus.Specs.Diagnostics;

namespace Colossus.Specs.Jobs;

/// <summary>A job file after reading.</summary>
/// <param name="Job">The job; null when it has mistakes.</param>
/// <param name="Mistakes">All of them.</param>
public sealed record JobReading(JobSpec? Job, IReadOnlyList<Diagnostic> Mistakes);
