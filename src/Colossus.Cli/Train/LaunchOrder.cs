using Colossus.Cli.Workers;
using Colossus.Runs;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Train;

/// <summary>Everything that the ranks of a run are started with.</summary>
/// <param name="Job">The resolved job.</param>
/// <param name="Folder">The run's folder, held by this process.</param>
/// <param name="Corpus">The token shards.</param>
/// <param name="Worker">The program of a rank.</param>
/// <param name="Numerics">What decides about the bits of its weights.</param>
/// <param name="Checkpoint">Checkpoint to go on from; null to begin anew.</param>
/// <param name="Step">Completed steps of that checkpoint; 0 without one.</param>
/// <param name="TraceFile">Full path of the trace to write; null for none.</param>
internal sealed record LaunchOrder(JobSpec Job, RunFolder Folder, PreparedCorpus Corpus, WorkerCommand Worker, Numerics Numerics, string? Checkpoint, long Step, string? TraceFile = null);
