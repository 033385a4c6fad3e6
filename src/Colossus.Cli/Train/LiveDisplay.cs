using Colossus.Cli.Figures;
using Colossus.Cli.Terminal;
using Colossus.Runs;
using Colossus.Runs.Events;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Colossus.Cli.Train;

/// <summary>The display of a terminal: redrawn in place a few times a second, from the view alone.</summary>
internal sealed class LiveDisplay : ITrainDisplay
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource ended = new();
    private readonly Task drawing;

    /// <summary>Starts to draw.</summary>
    public LiveDisplay(IAnsiConsole console, TrainView view, TimeProvider time)
    {
        drawing = Task.Run(() => DrawOnAsync(console, view, time));
    }

    /// <inheritdoc/>
    public void Show(RunEvent runEvent)
    {
        // The next refresh draws it.
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await drawing;
        ended.Dispose();
    }

    /// <summary>The view as it stands.</summary>
    public static IRenderable Draw(TrainView view)
    {
        const int curve = 40;
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn();
        void Row(string name, string value) => grid.AddRow(new Markup($"[grey]{name}[/]"), new Text(value));

        if (view.Started is { } started)
        {
            Row("run", RunFolder.Shown(started.Run));
        }

        var steps = view.Started?.Steps ?? 0;
        if (view.Step is { } step)
        {
            grid.AddRow(new Markup("[grey]step[/]"), new Columns(new Text($"{step.Step} of {steps}"), Bar(step.Step, steps)) { Expand = false });
            Row("loss", $"{step.Loss:0.0000}  {Sparkline.Draw(view.Losses, curve)}");
            Row("speed", Speed(step));
            if (ExpertLoad.Of(step.ExpertLoads) is { } load)
            {
                Row("experts", load.ToString());
            }

            if (view.SecondsLeft is { } left and > 0)
            {
                Row("time left", Format.Duration(left));
            }
        }

        if (view.Evaluation is { } evaluation)
        {
            Row("held out", $"{evaluation.BitsPerByte:0.000} bits per byte after step {evaluation.Step}");
        }

        if (view.Phase is { } phase)
        {
            Row("now", phase);
        }

        if (view.Ranks.Count > 0)
        {
            Row("ranks", string.Join("   ", view.Ranks.Select(rank => $"{(rank.Rank < 0 ? "spare" : view.Axes.Label(rank.Rank))} {rank.State}")));
        }

        return new Rows([grid, .. view.Happenings.Select(line => new Markup($"[grey]·[/] {Markup.Escape(line)}"))]);
    }

    private async Task DrawOnAsync(IAnsiConsole console, TrainView view, TimeProvider time)
    {
        try
        {
            await console.Live(Draw(view)).StartAsync(async live =>
            {
                while (!ended.IsCancellationRequested)
                {
                    await Task.Delay(Refresh, time, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    live.UpdateTarget(Draw(view));
                    live.Refresh();
                }
            });
        }
        catch (OutputException)
        {
            // The terminal was closed; the run goes on, and its folder tells of it.
        }
    }

    private static string Speed(StepEvent step)
    {
        var flops = step.FlopsPerSecond is { } rate ? $", {Format.FlopsPerSecond(rate)}" : "";
        var share = step.ModelFlopsUtilization is { } utilization ? $" = {Format.Percent(utilization)} of this machine's matrix-product peak" : "";
        return $"{step.TokensPerSecond:0} tokens/s{flops}{share}";
    }

    private static Text Bar(long step, long steps)
    {
        const int width = 40;
        var done = steps <= 0 ? 0 : (int)Math.Clamp(step * width / steps, 0, width);
        return new Text(new string('━', done) + new string('─', width - done)) { Overflow = Overflow.Crop };
    }
}
