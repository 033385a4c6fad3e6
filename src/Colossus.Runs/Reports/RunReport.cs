using System.Globalization;
using System.Net;
using System.Text;
using Colossus.Plan.Layouts;
using Colossus.Protocol.Time;
using Colossus.Runs.Events;
using Colossus.Runs.Time;

namespace Colossus.Runs.Reports;

/// <summary>The page <c>report.html</c>: one file, no script, nothing loaded from elsewhere.</summary>
public static class RunReport
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1d2433; --soft: #67708a; --line: #d9dde7; --curve: #2457d6; --mark: #d1432f; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e7eaf2; --soft: #99a2ba; --line: #343b4d; --curve: #7ea6ff; --mark: #ff8a75; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.4rem; margin-bottom: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; } .soft { color: var(--soft); }
        svg { width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--soft); } .grid { stroke: var(--line); } .mark { stroke: var(--mark); stroke-dasharray: 4 3; }
        .curve { fill: none; stroke: var(--curve); stroke-width: 1.6; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; } td, th { padding: .15rem 1rem .15rem 0; text-align: right; } td:first-child, th:first-child { text-align: left; }
        tr.total td { border-top: 1px solid var(--line); font-weight: 600; } pre { white-space: pre-wrap; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1.5rem; } dt { color: var(--soft); } dd { margin: 0; }

        """;

    /// <summary>Writes the page of a run into its folder.</summary>
    /// <param name="folder">The run.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(RunFolder folder) => File.WriteAllText(folder.ReportFile, Render(folder));

    /// <summary>The page of a run.</summary>
    /// <param name="folder">The run, which may be going on.</param>
    /// <returns>A whole HTML document.</returns>
    public static string Render(RunFolder folder)
    {
        var summary = RunSummary.Read(folder);
        var metrics = RunReader.Metrics(folder);
        var events = RunReader.Events(folder).Where(one => one is not StepEvent { Skipped: false }).ToList();
        var faults = events.OfType<FaultEvent>().Select(fault => (double)fault.Step).ToList();

        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
        page.Append(CultureInfo.InvariantCulture, $"<title>{Safe(folder.Name)}</title><style>{Style}</style></head><body>");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Safe(folder.Name)}</h1><p class=\"soft\">{Safe(folder.Path)}</p>");
        AppendFacts(page, summary);
        page.Append("<h2>Loss, nats a token</h2>");
        page.Append(LineChart.Draw([.. metrics.Select(step => new ChartPoint(step.Step, step.Loss))], faults, "step"));
        page.Append("<h2>Tokens a second</h2>");
        page.Append(LineChart.Draw([.. metrics.Where(step => step.Seconds > 0).Select(step => new ChartPoint(step.Step, step.Tokens / step.Seconds))], faults, "step"));
        if (faults.Count > 0)
        {
            page.Append("<p class=\"soft\">Dashed lines: ranks lost.</p>");
        }

        AppendTime(page, summary.Time, summary.Axes);
        AppendEvents(page, events);
        page.Append("</body></html>\n");
        return page.ToString();
    }

    private static void AppendFacts(StringBuilder page, RunSummary summary)
    {
        page.Append("<dl>");
        void Fact(string name, string? value)
        {
            if (value is not null)
            {
                page.Append(CultureInfo.InvariantCulture, $"<dt>{name}</dt><dd>{Safe(value)}</dd>");
            }
        }

        Fact("status", summary.Status == "unsaved" ? $"the weights of step {summary.Steps} were not saved" : $"{summary.Status} after step {summary.Steps}");
        Fact("newest checkpoint", summary.SavedStep is { } saved ? $"step {saved}" : "none");
        Fact("loss", summary.LastLoss?.ToString("0.0000", CultureInfo.InvariantCulture));
        Fact("held-out text", summary.BitsPerByte is { } bits ? string.Create(CultureInfo.InvariantCulture, $"{bits:0.000} bits per byte") : summary.Status == "completed" ? "none: nothing was evaluated" : null);
        Fact("speed, median", summary.MedianTokensPerSecond is { } speed ? string.Create(CultureInfo.InvariantCulture, $"{speed:0} tokens/s") : null);
        Fact("share of the matrix-product peak", summary.MedianUtilization is { } share ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %") : null);
        Fact("load of experts", summary.ExpertLoad?.ToString());
        Fact("tokens of its document that a token sees, mean", summary.VisibleTokens?.ToString("0.0", CultureInfo.InvariantCulture));
        Fact("ranks lost", summary.Faults.ToString(CultureInfo.InvariantCulture));
        Fact("sessions", summary.Sessions.ToString(CultureInfo.InvariantCulture));
        Fact("computed with", summary.Numerics?.ToString());
        page.Append("</dl>");
    }

    private static void AppendTime(StringBuilder page, TimeTable time, RankAxes axes)
    {
        if (time.Rows.Count == 0)
        {
            return;
        }

        page.Append("<h2>Where the time of each rank went, seconds</h2><table><tr><th></th>");
        page.AppendJoin("", time.Rows.Select(row => $"<th>rank {axes.Label(row.Rank)}</th>")).Append("</tr>");
        foreach (var bucket in time.UsedBuckets)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{TimeBuckets.Title(bucket)}</td>");
            page.AppendJoin("", time.Rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"<td>{row.Buckets[bucket]:0.00}</td>"))).Append("</tr>");
        }

        page.Append("<tr class=\"total\"><td>wall clock</td>");
        page.AppendJoin("", time.Rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"<td>{row.WallSeconds:0.00}</td>"))).Append("</tr></table>");
    }

    private static void AppendEvents(StringBuilder page, List<RunEvent> events)
    {
        const int most = 500;
        page.Append("<h2>What happened</h2><pre>");
        foreach (var one in events.TakeLast(most))
        {
            page.Append(Safe(RunJson.Line(one))).Append('\n');
        }

        page.Append("</pre>");
        if (events.Count > most)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">and {events.Count - most} before; all of them are in events.jsonl</p>");
        }
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
