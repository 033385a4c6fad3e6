using Colossus.Cli.Figures;
using Colossus.Runs;
using Colossus.Runs.Events;
using Colossus.Runs.Time;
using Spectre.Console;

namespace Colossus.Cli.Train;

/// <summary>What stands on the terminal after a run.</summary>
internal static class FinalReport
{
    /// <summary>Result, where the time went, what the model writes, where everything lies.</summary>
    public static void Write(IAnsiConsole console, FinishedEvent finished, TextEvent? text, RunSummary summary)
    {
        console.WriteLine();
        var outcome = finished.Status switch
        {
            "completed" => $"completed {finished.Steps} steps",
            "stopped" => $"stopped after step {finished.Steps}",
            "unsaved" => $"ended after step {finished.Steps} without its weights on disk",
            _ => $"failed after step {finished.Steps}: {finished.Reason}",
        };
        var result = (finished.Loss is { } loss ? $", loss {loss:0.0000}" : "") + (finished.BitsPerByte is { } bits ? $", {bits:0.000} bits per byte of held-out text"
            : finished.Status == "completed" ? ", not evaluated: no text was held out" : "");
        var restarts = finished.Restarts > 0 ? $", {finished.Restarts} {(finished.Restarts == 1 ? "recovery" : "recoveries")}" : "";
        console.WriteLine(outcome + result + restarts);
        if (summary.MedianTokensPerSecond is { } tokens)
        {
            var share = summary.MedianUtilization is { } utilization ? $", {Format.Percent(utilization)} of the matrix-product peak" : "";
            console.WriteLine($"median {tokens:0} tokens/s{share}");
        }

        if (summary.Time.Rows.Count > 0)
        {
            console.Write(Time(summary.Time, console.Profile.Width));
        }

        if (text is not null)
        {
            console.WriteLine();
            console.WriteLine("the model writes:");
            foreach (var line in (text.Prompt + text.Text).Split('\n'))
            {
                console.WriteLine("  " + line);
            }
        }

        console.WriteLine();
        if (finished is { WeightsSha256: { } sha, Status: not "unsaved" })
        {
            console.WriteLine($"weights {sha}");
        }

        console.WriteLine($"run     {RunFolder.Shown(finished.Run)}");
    }

    /// <summary>Seconds a bucket and rank; the last row is the wall clock that the others add up to.</summary>
    /// <param name="time">The seconds.</param>
    /// <param name="width">Columns of the terminal: ranks that find no room are left out, report.html has them all.</param>
    public static Table Time(TimeTable time, int width)
    {
        const int mostRanks = 8, titleWidth = 25, rankWidth = 9;
        var rows = time.Rows.Take(Math.Clamp((width - titleWidth) / rankWidth, 1, mostRanks)).ToList();
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("time of each rank, s"));
        foreach (var row in rows)
        {
            table.AddColumn(new TableColumn($"rank {row.Rank}").RightAligned().NoWrap());
        }

        foreach (var bucket in time.UsedBuckets)
        {
            table.AddRow([TimeTable.Title(bucket), .. rows.Select(row => row.Buckets[bucket].ToString("0.00"))]);
        }

        table.AddRow(["wall clock", .. rows.Select(row => row.WallSeconds.ToString("0.00"))]);
        return table;
    }
}
