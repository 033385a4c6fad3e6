using Colossus.Specs.Diagnostics;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Reads job files: every value with its default, every mistake with its place, all at once.</summary>
public static class JobReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">Values that replace those of the file, each <c>section.key=value</c>.</param>
    /// <param name="toTrain">Whether to report what can be described and priced, but not trained yet.</param>
    public static JobReading Read(string path, IReadOnlyList<string> overrides, bool toTrain)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string why = File.Exists(path) ? error.Message : Directory.Exists(path) ? "this is a folder; name a file in it" : "there is no such file";
            return new JobReading(null, [new Diagnostic(path, 1, 1, ErrorCode.Unreadable, why, string.Empty, 1)]);
        }

        return Parse(text, path, overrides, toTrain);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">Its file, for messages, the default name, and relative sources.</param>
    /// <inheritdoc cref="Read"/>
    public static JobReading Parse(string text, string file, IReadOnlyList<string> overrides, bool toTrain)
    {
        var source = YamlSource.Parse(text, file, overrides);
        if (source.Diagnostics.Count > 0)
        {
            return new JobReading(null, source.Diagnostics);
        }

        var top = YamlSection.Top(source);
        string name = top.Text("name") ?? Path.GetFileNameWithoutExtension(file);
        if (name.Length == 0 || name.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.')))
        {
            top.Report("name", ErrorCode.NotAllowed, $"name is '{name}'; it names a folder: letters, digits, '-', '_' and '.'");
        }

        var sections = new JobSections(top);
        var data = sections.Data.Read();
        var model = sections.Model.Read(data.Tokenizer);
        var train = sections.Train.Read();
        var parallel = sections.ReadParallel();
        var job = new JobSpec(name, model, data, train, parallel, sections.ReadCheckpoint(), sections.ReadResilience(), sections.ReadWorkload());
        top.End();
        if (source.Diagnostics.Count == 0)
        {
            JobRules.Check(job, sections, toTrain);
        }

        return new JobReading(source.Diagnostics.Count == 0 ? job : null, source.Diagnostics);
    }

    /// <summary>Reads a job that this program wrote.</summary>
    /// <param name="text">YAML, as <see cref="JobWriter"/> wrote it.</param>
    /// <param name="file">Its file, for messages.</param>
    /// <exception cref="FormatException">Somebody changed it, and it has mistakes.</exception>
    public static JobSpec ReadResolved(string text, string file)
    {
        var reading = Parse(text, file, [], toTrain: false);
        return reading.Job ?? throw new FormatException(string.Join(Environment.NewLine, reading.Mistakes));
    }
}
