using Colossus.Cli.Figures;
using Colossus.Plan.Layouts;
using Colossus.Protocol.Time;
using Colossus.Runs;
using Colossus.Runs.Time;
using Spectre.Console;

namespace Colossus.Cli.Train;

/// <summary>What stands on the terminal after a run.</summary>
internal static class FinalReport
{
    /// <summary>Result, where the time went, what the model writes, what decides about the weights' bits, where everything lies.</summary>
    public static void Write(IAnsiConsole console, RunSummary summary)
    {
        console.WriteLine();
        console.WriteLine(Outcome(summary));
        if (summary.MedianTokensPerSecond is { } tokens)
        {
            var share = summary.MedianUtilization is { } utilization ? $", {Format.Percent(utilization)} of the matrix-product peak" : "";
            console.WriteLine($"median {tokens:0} tokens/s{share}");
        }

        if (summary.ExpertLoad is { } load)
        {
            console.WriteLine($"experts {load}");
        }

        if (summary.VisibleTokens is { } visible)
        {
            console.WriteLine($"a token sees {visible:0.0} tokens of its document on average");
        }

        if (summary.Time.Rows.Count > 0)
        {
            console.Write(Time(summary.Time, summary.Axes, console.Profile.Width));
        }

        if (summary.Text is { } text)
        {
            console.WriteLine();
            console.WriteLine("the model writes:");
            foreach (var line in (text.Prompt + text.Text).Split('\n'))
            {
                console.WriteLine("  " + line);
            }
        }

        console.WriteLine();
        if (summary.End is { WeightsSha256: { } sha, Status: not "unsaved" })
        {
            console.WriteLine($"weights {sha}");
        }

        if (summary.Numerics is { } numerics)
        {
            console.WriteLine($"bits    {numerics}");
        }

        console.WriteLine($"run     {RunFolder.Shown(summary.Run)}");
    }

    /// <summary>Seconds a bucket and rank; the last row is the wall clock that the others add up to.</summary>
    /// <param name="time">The seconds.</param>
    /// <param name="axes">How the ranks lie.</param>
    /// <param name="width">Columns of the terminal: ranks that find no room are left out, report.html has them all.</param>
    public static Table Time(TimeTable time, RankAxes axes, int width)
    {
        const int mostRanks = 8, titleWidth = 25, gap = 3, leastWidth = 6;
        var rankWidth = gap + time.Rows.SelectMany(row => axes.Coordinates(row.Rank)).Select(place => place.Length).Append(leastWidth).Max();
        var rows = time.Rows.Take(Math.Clamp((width - titleWidth) / rankWidth, 1, mostRanks)).ToList();
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("time of each rank, s"));
        foreach (var row in rows)
        {
            table.AddColumn(new TableColumn(string.Join('\n', [$"rank {row.Rank}", .. axes.Coordinates(row.Rank)])).RightAligned().NoWrap());
        }

        foreach (var bucket in time.UsedBuckets)
        {
            table.AddRow([TimeBuckets.Title(bucket), .. rows.Select(row => row.Buckets[bucket].ToString("0.00"))]);
        }

        table.AddRow(["wall clock", .. rows.Select(row => row.WallSeconds.ToString("0.00"))]);
        return table;
    }

    private static string Outcome(RunSummary summary)
    {
        if (summary.End is not { } end)
        {
            return $"{summary.Status} after step {summary.Steps}{Result(summary.LastLoss, summary.BitsPerByte)}";
        }

        var outcome = end.Status switch
        {
            "completed" => $"completed {end.Steps} steps",
            "stopped" => $"stopped after step {end.Steps}",
            "unsaved" => $"ended after step {end.Steps} without its weights on disk",
            _ => $"failed after step {end.Steps}: {end.Reason}",
        };
        var unevaluated = end is { Status: "completed", BitsPerByte: null } ? ", not evaluated: no text was held out" : "";
        var restarts = end.Restarts > 0 ? $", {end.Restarts} {(end.Restarts == 1 ? "recovery" : "recoveries")}" : "";
        return outcome + Result(end.Loss, end.BitsPerByte) + unevaluated + restarts;
    }

    private static string Result(double? loss, double? bitsPerByte) =>
        (loss is { } last ? $", loss {last:0.0000}" : "") + (bitsPerByte is { } bits ? $", {bits:0.000} bits per byte of held-out text" : "");
}
