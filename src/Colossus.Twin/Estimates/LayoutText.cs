using System.Globalization;
using System.Text;
using Colossus.Plan.Layouts;
using Colossus.Specs.Jobs;

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
            text.Append(", recompute ").Append(layout.Recompute.ToString().ToLowerInvariant());
        }

        if (layout.Pipeline > 1)
        {
            text.Append(", ").Append(Schedule(layout.Schedule));
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

    /// <summary>The name of a schedule in a job file.</summary>
    /// <param name="schedule">The schedule.</param>
    public static string Schedule(PipelineSchedule schedule) => schedule switch
    {
        PipelineSchedule.GPipe => "gpipe",
        PipelineSchedule.Interleaved => "interleaved",
        PipelineSchedule.ZeroBubble => "zero-bubble",
        _ => "1f1b",
    };

    /// <summary>The section <c>parallel</c> of a job file.</summary>
    /// <param name="layout">The layout.</param>
    public static string Yaml(in Layout layout) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        parallel:
          data: {{layout.Data}}
          tensor: {{layout.Tensor}}
          pipeline: {{layout.Pipeline}}
          virtualStages: {{layout.VirtualStages}}
          context: {{layout.Context}}
          expert: {{layout.Expert}}
          zero: {{layout.Zero}}
          sequenceParallel: {{(layout.SequenceParallel ? "true" : "false")}}
          recompute: {{layout.Recompute.ToString().ToLowerInvariant()}}
          schedule: {{Schedule(layout.Schedule)}}

        """);
}
