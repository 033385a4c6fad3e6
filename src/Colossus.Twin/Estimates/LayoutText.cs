using System.Globalization;
using System.Text;
using Colossus.Specs;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Twin.Estimates;

/// <summary>Layouts in words and as a section of a job file.</summary>
public static class LayoutText
{
    /// <summary>A layout in one line; axes of size 1 are left out.</summary>
    /// <param name="layout">The layout.</param>
    public static string Line(in Layout layout)
    {
        var text = new StringBuilder();
        Axis("data", layout.Data);
        Axis("tensor", layout.Tensor);
        Axis("pipeline", layout.Pipeline);
        Axis("virtual", layout.VirtualStages);
        Axis("context", layout.Context);
        Axis("expert", layout.Expert);
        text.Append(CultureInfo.InvariantCulture, $" zero {layout.Zero}, micro-batch {layout.MicroBatch}");
        if (layout.SequenceParallel)
        {
            text.Append(", sequence parallel");
        }

        if (layout.Recompute != Recompute.None)
        {
            text.Append(", recompute ").Append(EnumWords.Of(layout.Recompute));
        }

        if (layout.Pipeline > 1)
        {
            text.Append(", ").Append(EnumWords.Of(layout.Schedule));
        }

        return text.ToString().Trim();

        void Axis(string name, int size)
        {
            if (size > 1)
            {
                text.Append(CultureInfo.InvariantCulture, $" {name} {size},");
            }
        }
    }

    /// <summary>The values that a layout has in a job file, in the order of the file, by their keys without the section.</summary>
    /// <param name="layout">The layout.</param>
    /// <returns>Those of the section <c>parallel</c>, then <c>microBatch</c>, which stands in <c>train</c>.</returns>
    internal static Dictionary<string, string> Values(in Layout layout)
    {
        var values = new Dictionary<string, string>
        {
            ["data"] = Number(layout.Data),
            ["tensor"] = Number(layout.Tensor),
            ["pipeline"] = Number(layout.Pipeline),
            ["virtualStages"] = Number(layout.VirtualStages),
            ["context"] = Number(layout.Context),
            ["expert"] = Number(layout.Expert),
            ["zero"] = Number(layout.Zero),
            ["recompute"] = EnumWords.Of(layout.Recompute),
            ["schedule"] = EnumWords.Of(layout.Schedule),
            ["microBatch"] = Number(layout.MicroBatch),
        };
        if (layout.Tensor > 1)
        {
            // One rank has nobody to share with, whatever its job says.
            values["sequenceParallel"] = layout.SequenceParallel ? "true" : "false";
        }

        return values;
    }

    /// <summary>A layout as settings of a job, each <c>section.key=value</c>.</summary>
    /// <param name="layout">The layout.</param>
    public static IReadOnlyList<string> Settings(in Layout layout) =>
        [$"train.globalBatch={Number(layout.GlobalBatch)}", .. Values(layout).Select(static pair => $"{(pair.Key == "microBatch" ? "train" : "parallel")}.{pair.Key}={pair.Value}")];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
