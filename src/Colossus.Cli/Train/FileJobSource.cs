using Colossus.Specs.Jobs;

namespace Colossus.Cli.Train;

/// <summary>Jobs from files.</summary>
internal sealed class FileJobSource : IJobSource
{
    /// <inheritdoc/>
    public JobReading Read(string path, IReadOnlyList<string> settings)
    {
        var reading = JobReader.Read(path, settings, toTrain: true);
        return new JobReading(reading.Job, [.. reading.Mistakes.Select(mistake => mistake.ToString())]);
    }

    /// <inheritdoc/>
    public string Write(JobSpec job) => JobWriter.Write(job);
}
