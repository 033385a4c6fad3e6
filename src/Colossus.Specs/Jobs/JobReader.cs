using Colossus.Specs.Diagnostics;
using Colossus.Specs.Texts;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Reads job files: every value with its default, every mistake with its place, all at once.</summary>
public static class JobReader
{
    private const int longestName = 100;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, of 1 MiB at most.</param>
    /// <param name="overrides">Values that replace those of the file, each <c>section.key=value</c>; later ones win.</param>
    /// <param name="toTrain">Whether to report what can be described and priced, but not trained yet (<see cref="TrainableCheck"/>).</param>
    /// <param name="shown">Its name in messages; default <paramref name="path"/>.</param>
    public static JobReading Read(string path, IReadOnlyList<string> overrides, bool toTrain, string? shown = null)
    {
        shown ??= path;
        try
        {
            return Parse(YamlText.Decode(TextFile.ReadBytes(path, TextFile.LongestDescription)), shown, overrides, toTrain);
        }
        catch (TextFileTooLongException error)
        {
            return Unreadable(shown, $"the file is larger than {error.Longest} bytes", "a job file is a page or two of text");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return File.Exists(path) || Directory.Exists(path)
                ? Unreadable(shown, Directory.Exists(path) ? "this is a folder" : $"it cannot be read: {error.Message}", "give a job file")
                : Unreadable(shown, "there is no such file", "give the path of a job file");
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">Its file, for messages and the default name. Relative sources stay relative: they start at the file's folder.</param>
    /// <inheritdoc cref="Read"/>
    public static JobReading Parse(string text, string file, IReadOnlyList<string> overrides, bool toTrain)
    {
        var source = YamlSource.Parse(text, file, overrides);
        if (source.IsBroken)
        {
            return new JobReading(null, source.Diagnostics.All, null, text);
        }

        var job = ReadSections(source, file);
        var places = new YamlPlaces(source);
        JobRules.Check(job, places, source.Diagnostics);
        if (toTrain)
        {
            foreach (var obstacle in TrainableCheck.Check(job, places))
            {
                source.Diagnostics.Add(obstacle);
            }
        }

        return new JobReading(source.Diagnostics.HasErrors ? null : job, source.Diagnostics.All, places, text);
    }

    /// <summary>Reads a job that this program wrote.</summary>
    /// <param name="text">YAML, as <see cref="JobWriter"/> wrote it.</param>
    /// <param name="file">Its file, for messages.</param>
    /// <exception cref="FormatException">Somebody changed it, and it has mistakes.</exception>
    public static JobSpec ReadResolved(string text, string file)
    {
        var reading = Parse(text, file, [], toTrain: false);
        return reading.Job ?? throw new FormatException(string.Join('\n', reading.Mistakes));
    }

    private static JobSpec ReadSections(YamlSource source, string file)
    {
        var top = source.Top;
        string name = ReadName(top, file);
        var workload = WorkloadSection.Read(top);
        var data = DataSection.Read(top.Section("data"));
        var model = ModelSection.Read(top, data.Tokenizer, workload is not null);
        var parallel = RunSections.ReadParallel(top.Section("parallel"));
        var train = TrainSection.Read(top.Section("train"), parallel.Data);
        var job = new JobSpec(
            name, model, data, train, parallel, RunSections.ReadCheckpoint(top.Section("checkpoint")), RunSections.ReadResilience(top.Section("resilience")), workload);
        top.End();
        return job;
    }

    private static string ReadName(YamlSection top, string file)
    {
        if (top.Text("name") is { } given)
        {
            // The name becomes a folder's name: no separators, and no "..".
            if (given.Length is 0 or > longestName || !char.IsAsciiLetterOrDigit(given[0]) || given.Any(static letter => !InName(letter)))
            {
                top.Report("name", ErrorCode.NotAllowed, $"name is '{given}', but it names a folder", $"use up to {longestName} letters, digits, '-', '_' and '.', a letter or digit first");
            }

            return given;
        }

        string stem = new([.. Path.GetFileNameWithoutExtension(file).Select(static letter => InName(letter) ? letter : '-').SkipWhile(static letter => !char.IsAsciiLetterOrDigit(letter)).Take(longestName)]);
        return stem.Length == 0 ? "job" : stem;
    }

    private static bool InName(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.';

    private static JobReading Unreadable(string path, string message, string advice) =>
        new(null, [new Diagnostic(SourcePlace.StartOf(path), Severity.Error, ErrorCode.Unreadable, message, advice)], null);
}
