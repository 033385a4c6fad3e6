using System.Globalization;
using Colossus.Plan.Layouts;
using Colossus.Twin.Estimates;

namespace Colossus.Twin.Search;

/// <summary>Puts a layout into the text of a job file; everything else in it stays as it is, comments included.</summary>
public static class PlannedJob
{
    /// <summary>The text with the layout.</summary>
    /// <param name="text">A job file.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="globalBatch">Sequences a step, written beside the micro-batch if the file has no section <c>train</c>.</param>
    public static string Write(string text, in Layout layout, int globalBatch)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        List<string> kept = [];
        bool inTrain = false;
        bool inParallel = false;
        bool hasTrain = false;
        bool hasMicro = false;
        int trainAt = -1;
        foreach (string line in lines)
        {
            bool starts = line.Length > 0 && !char.IsWhiteSpace(line[0]) && line[0] != '#';
            if (starts)
            {
                inTrain = line.StartsWith("train:", StringComparison.Ordinal);
                inParallel = line.StartsWith("parallel:", StringComparison.Ordinal);
                hasTrain |= inTrain;
            }

            if (inParallel)
            {
                continue;
            }

            string changed = line;
            if (inTrain && line.TrimStart().StartsWith("microBatch:", StringComparison.Ordinal))
            {
                string indent = line[..(line.Length - line.TrimStart().Length)];
                changed = string.Create(CultureInfo.InvariantCulture, $"{indent}microBatch: {layout.MicroBatch}");
                hasMicro = true;
            }

            kept.Add(changed);
            if (starts && inTrain)
            {
                trainAt = kept.Count;
            }
        }

        if (hasTrain && !hasMicro && kept[trainAt - 1].TrimEnd().EndsWith(':'))
        {
            kept.Insert(trainAt, string.Create(CultureInfo.InvariantCulture, $"  microBatch: {layout.MicroBatch}"));
        }
        else if (!hasTrain)
        {
            kept.Add(string.Create(CultureInfo.InvariantCulture, $"train:\n  globalBatch: {globalBatch}\n  microBatch: {layout.MicroBatch}"));
        }

        return string.Join('\n', kept) + "\n" + LayoutText.Yaml(layout).ReplaceLineEndings("\n");
    }
}
