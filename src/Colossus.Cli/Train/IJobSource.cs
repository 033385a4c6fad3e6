using Colossus.Specs.Jobs;

namespace Colossus.Cli.Train;

/// <summary>Where jobs come from and how they are written down.</summary>
internal interface IJobSource
{
    /// <summary>Reads a job file, and looks whether this version can train it.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="settings">Values that override the file's, each <c>section.key=value</c>.</param>
    JobReading Read(string path, IReadOnlyList<string> settings);

    /// <summary>The resolved job as YAML that <see cref="Read"/> reads back.</summary>
    string Write(JobSpec job);
}
