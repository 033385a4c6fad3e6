using Colossus.Runs.Events;

namespace Colossus.Cli.Train;

/// <summary>Starts the ranks of a run and sees them through to its end.</summary>
internal interface IRunLauncher
{
    /// <summary>Runs the job; everything that happens goes into the journal, but for the end, which is the result.</summary>
    /// <param name="order">What to run.</param>
    /// <param name="journal">Hears of everything.</param>
    /// <param name="signals">Requests to stop.</param>
    /// <returns>How it ended; no process of it is left.</returns>
    Task<FinishedEvent> RunAsync(LaunchOrder order, RunJournal journal, StopSignals signals);
}
