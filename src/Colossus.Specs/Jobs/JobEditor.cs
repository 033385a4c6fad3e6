using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Writes settings into the text of a job file.</summary>
public static class JobEditor
{
    /// <summary>The text with the settings in it. Comments, order and style stay; where they cannot, the job is written anew under the comment at the head of the file.</summary>
    /// <param name="text">A job file.</param>
    /// <param name="file">Its name, from which a job without <c>name</c> has its own.</param>
    /// <param name="settings">Values that replace those of the file, each <c>section.key=value</c>; later ones win.</param>
    /// <param name="asJson">Whether the result has to be JSON; then a text that is none is written anew.</param>
    /// <returns>The text, which reads back as the job that file and settings say together.</returns>
    /// <exception cref="FormatException">File and settings together are no job.</exception>
    public static EditedJob Write(string text, string file, IReadOnlyList<string> settings, bool asJson)
    {
        var reading = JobReader.Parse(text, file, settings, toTrain: false);
        var job = reading.Job ?? throw new FormatException(string.Join('\n', reading.Mistakes));
        bool isJson = IsJson(text);
        var source = YamlSource.Parse(text, file, []);
        if ((isJson || !asJson) && YamlEdit.Apply(text, source.Root, source.With(settings), isJson) is { } edited
            && JobReader.Parse(edited, file, [], toTrain: false).Job == job && (!asJson || IsJson(edited)))
        {
            return new EditedJob(edited, job, IsFresh: false);
        }

        string fresh = JobWriter.Write(job);
        return new EditedJob(asJson ? Json(fresh) : Head(text) + fresh, job, IsFresh: true);
    }

    private static bool IsJson(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Json(string yaml)
    {
        var root = YamlSource.Parse(yaml, "job", []).Root;
        return JsonNode.Parse(YamlEdit.Line(root, json: true))!.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }

    // The comment at the head of a file, up to the first line that is neither comment nor empty.
    private static string Head(string text)
    {
        var head = new StringBuilder();
        foreach (string line in YamlText.Lines(text).TakeWhile(static line => line.Length == 0 || line.TrimStart() is ['#', ..]))
        {
            head.Append(line).Append('\n');
        }

        return head.ToString().TrimEnd('\n') is { Length: > 0 } comment ? comment + "\n" : "";
    }
}
