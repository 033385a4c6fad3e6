using Colossus.Specs.Jobs;

namespace Colossus.Cli.Train;

/// <summary>A job file after reading.</summary>
/// <param name="Job">The job; null when it has mistakes.</param>
/// <param name="Mistakes">All of its mistakes, each ready to be shown; empty when there is none.</param>
internal sealed record JobReading(JobSpec? Job, IReadOnlyList<string> Mistakes);
