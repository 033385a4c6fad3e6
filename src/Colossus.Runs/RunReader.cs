using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Colossus.Runs.Events;
using Colossus.Runs.Time;

namespace Colossus.Runs;

/// <summary>Reads a run folder, also while the run goes on. Lines that are torn or of an unknown kind are passed over.</summary>
public static class RunReader
{
    /// <summary>What happened, in the order in which it was written.</summary>
    /// <param name="folder">The run.</param>
    public static IEnumerable<RunEvent> Events(RunFolder folder) => Read(folder.EventsFile, RunJson.Default.RunEvent);

    /// <summary>The numbers of each step, in order of steps; of a step that several sessions computed, the last.</summary>
    /// <param name="folder">The run.</param>
    public static IReadOnlyList<MetricRecord> Metrics(RunFolder folder)
    {
        var steps = new SortedDictionary<long, MetricRecord>();
        foreach (var record in Read(folder.MetricsFile, RunJson.Default.MetricRecord))
        {
            steps[record.Step] = record;
        }

        return [.. steps.Values];
    }

    /// <summary>Where the time of each rank went.</summary>
    /// <param name="folder">The run.</param>
    public static IEnumerable<TimeRecord> Time(RunFolder folder) => Read(folder.TimeFile, RunJson.Default.TimeRecord);

    private static IEnumerable<T> Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        foreach (var line in LineFile.ReadWhole(path))
        {
            T? record = null;
            try
            {
                record = JsonSerializer.Deserialize(line, type);
            }
            catch (Exception error) when (error is JsonException or NotSupportedException)
            {
                // A later version may write kinds that this one does not know; what it does know is still of use.
            }

            if (record is not null)
            {
                yield return record;
            }
        }
    }
}
