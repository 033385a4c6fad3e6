namespace Colossus.Training.Engine;

/// <summary>
/// Decides on rank 0 after which steps the state goes to disk: at every multiple of the interval, and soon again after one that failed, was postponed or was
/// interrupted by a fault. Safe for use by several threads.
/// </summary>
/// <param name="every">Steps between checkpoints; 0 for the end only.</param>
/// <param name="savedStep">Step of the newest checkpoint on disk; 0 without one.</param>
internal sealed class SaveSchedule(int every, long savedStep)
{
    private readonly Lock gate = new();
    private long saved = savedStep;
    private long begun = savedStep;
    private long notBefore;
    private int failures;

    /// <summary>Step of the newest checkpoint on disk; 0 without one.</summary>
    public long SavedStep
    {
        get
        {
            lock (gate)
            {
                return saved;
            }
        }
    }

    /// <summary>Whether the state of a step is to be written; when it is, the attempt counts as begun.</summary>
    /// <param name="step">Completed steps.</param>
    /// <param name="last">Whether training ends here: then it is always tried.</param>
    public bool Begin(long step, bool last)
    {
        lock (gate)
        {
            bool owed = every > 0 && step - (step % every) > begun && (step % every == 0 || step >= notBefore);
            if (owed || last)
            {
                begun = step;
            }

            return owed || last;
        }
    }

    /// <summary>The attempt of a step ended with a checkpoint on disk.</summary>
    /// <param name="step">Its step.</param>
    public void Saved(long step)
    {
        lock (gate)
        {
            saved = Math.Max(saved, step);
            failures = 0;
        }
    }

    /// <summary>The attempt of a step failed: the next ones come 1, 2, 4 … steps after a failed one, at least at every multiple of the interval.</summary>
    /// <param name="step">Its step.</param>
    public void Failed(long step)
    {
        lock (gate)
        {
            const int mostDoublings = 30;
            notBefore = step + (1L << Math.Min(failures++, mostDoublings));
            if (begun == step)
            {
                begun = saved;
            }
        }
    }
}
