using Colossus.Runs;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Train;

/// <summary>Makes token shards of a job's text.</summary>
internal interface ICorpusSource
{
    /// <summary>Builds the shards, or finds those of an earlier run.</summary>
    /// <param name="job">The job.</param>
    /// <param name="folder">Folder that relative sources start from.</param>
    /// <param name="cancellationToken">Ends it; nothing half-made is left.</param>
    /// <returns>The shards.</returns>
    /// <exception cref="CliException">The text is missing, too short or unreadable; exit code 2.</exception>
    Task<PreparedCorpus> PrepareAsync(JobSpec job, string folder, CancellationToken cancellationToken);

    /// <summary>Finds the shards of a run, or makes them again from its text.</summary>
    /// <param name="job">The run's job.</param>
    /// <param name="own">What the run has learned from so far.</param>
    /// <param name="acceptOther">Whether it may go on with other data.</param>
    /// <param name="cancellationToken">Ends it; nothing half-made is left.</param>
    /// <returns>The shards.</returns>
    /// <exception cref="CliException">They are not there, and the text is gone or another; exit code 2.</exception>
    Task<PreparedCorpus> PrepareAgainAsync(JobSpec job, RunData own, bool acceptOther, CancellationToken cancellationToken);
}
