using Colossus.Processes;
using Colossus.Supervision;

namespace Colossus.Launch.Local;

/// <summary>Runs the ranks of a job as processes of this machine.</summary>
/// <param name="time">The clock.</param>
public sealed class LocalLauncher(TimeProvider time)
{
    /// <summary>Sees a run through to its end.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="observer">Hears of what happens.</param>
    /// <param name="orderly">Cancelled to end training after the present step, with a checkpoint.</param>
    /// <param name="now">Cancelled to end at once.</param>
    /// <returns>How it ended.</returns>
    public Task<LaunchResult> RunAsync(LaunchPlan plan, ILaunchObserver observer, CancellationToken orderly, CancellationToken now)
    {
        var end = new TaskCompletionSource<LaunchResult>(TaskCreationOptions.RunContinuationsAsynchronously);

        // A thread of its own: Linux kills a child when the thread that started it ends (see ParentWatch).
        new Thread(() =>
        {
            try
            {
                end.SetResult(Run(plan, observer, orderly, now));
            }
            catch (Exception error)
            {
                end.SetException(error);
            }
        })
        { IsBackground = true, Name = "launcher" }.Start();
        return end.Task;
    }

    private LaunchResult Run(LaunchPlan plan, ILaunchObserver observer, CancellationToken orderly, CancellationToken now)
    {
        try
        {
            using var loop = new LaunchLoop(plan, observer, time);
            return loop.Run(orderly, now);
        }
        catch (MemoryFolderException error)
        {
            return new LaunchResult(RunOutcome.Failed, error.Message, plan.Step, null, null, null, 0);
        }
    }
}
