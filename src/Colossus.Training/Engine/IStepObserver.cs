namespace Colossus.Training.Engine;

/// <summary>Hears of what happens in a run; on rank 0 only, but for <see cref="Joined"/>.</summary>
public interface IStepObserver
{
    /// <summary>All ranks of the epoch hold the same state.</summary>
    /// <param name="step">Completed steps.</param>
    void Joined(long step);

    /// <summary>A step is complete on all ranks.</summary>
    /// <param name="report">Its figures.</param>
    void StepDone(StepReport report);

    /// <summary>The held-out text was evaluated.</summary>
    /// <param name="step">Completed steps.</param>
    /// <param name="loss">Mean cross-entropy, nats a token.</param>
    /// <param name="bitsPerByte">The same in bits a byte of text.</param>
    void Evaluated(long step, double loss, double bitsPerByte);

    /// <summary>A checkpoint is on disk.</summary>
    /// <param name="report">Where, and what it cost.</param>
    void CheckpointDone(CheckpointReport report);

    /// <summary>A checkpoint could not be written; training goes on.</summary>
    /// <param name="step">Its step.</param>
    /// <param name="error">What went wrong, where, and what to do.</param>
    void CheckpointFailed(long step, string error);

    /// <summary>A checkpoint was due of a state that failed its check; the older ones stay, and it is made up for as soon as the state is sound.</summary>
    /// <param name="step">Its step.</param>
    /// <param name="reason">What is wrong with the state.</param>
    void CheckpointPostponed(long step, string reason);

    /// <summary>The model wrote a sample of text.</summary>
    /// <param name="prompt">What it began with.</param>
    /// <param name="text">What follows.</param>
    void Wrote(string prompt, string text);
}
