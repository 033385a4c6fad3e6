using Colossus.Cli.Terminal;
using Colossus.Runs;
using Colossus.Runs.Events;
using Colossus.Runs.Time;

namespace Colossus.Cli.Train;

/// <summary>The one place where what happens in a run passes through: into the run folder, into the view, onto the display. Safe for use by several threads.</summary>
internal sealed class RunJournal(RunRecorder recorder, TrainView view, ITrainDisplay display, TimeProvider time, Action<string> warn)
{
    private readonly Lock gate = new();
    private bool warned;
    private bool blind;

    /// <summary>What is known of the run so far.</summary>
    public TrainView View => view;

    /// <summary>0 for the first supervisor of the run, 1 more at each resume.</summary>
    public int Session => recorder.Session;

    /// <summary>An event; its time is set here.</summary>
    public void Happened(RunEvent runEvent)
    {
        lock (gate)
        {
            var stamped = runEvent with { Time = time.GetUtcNow() };
            recorder.Record(stamped);
            view.Apply(stamped);
            Show(stamped);
            WarnOnce();
        }
    }

    /// <summary>Where a rank's time went; null is passed over.</summary>
    public void Spent(TimeRecord? span)
    {
        lock (gate)
        {
            recorder.Record(span);
            WarnOnce();
        }
    }

    /// <summary>What the ranks are doing now.</summary>
    public void Ranks(IReadOnlyList<RankView> ranks) => view.Apply(ranks);

    /// <summary>A terminal that was closed, or a full disk under a log, is no reason to stop: the run folder goes on telling what happens.</summary>
    private void Show(RunEvent runEvent)
    {
        if (blind)
        {
            return;
        }

        try
        {
            display.Show(runEvent);
        }
        catch (OutputException error)
        {
            blind = true;
            if (!error.NobodyListens)
            {
                warn($"standard output cannot be written, training goes on: {error.Message}");
            }
        }
    }

    private void WarnOnce()
    {
        if (!warned && recorder.DroppedLines > 0)
        {
            warned = true;
            warn($"the run folder cannot be written, training goes on: {recorder.LastError}");
        }
    }
}
