using Colossus.Specs.Jobs;

namespace Colossus.Cli.Train;

/// <summary>Makes token shards of a job's text.</summary>
internal interface ICorpusSource
{
    /// <summary>Builds the shards, or finds those of an earlier run.</summary>
    /// <param name="job">The job.</param>
    /// <param name="folder">Folder that relative sources start from.</param>
    /// <param name="cancellationToken">Ends it; nothing half-made is left.</param>
    /// <returns>Folder of the shards.</returns>
    /// <exception cref="CliException">The text is missing, too short or unreadable; exit code 2.</exception>
    Task<string> PrepareAsync(JobSpec job, string folder, CancellationToken cancellationToken);
}
