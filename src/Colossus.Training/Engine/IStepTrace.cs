using Colossus.Plan.Traces;

namespace Colossus.Training.Engine;

/// <summary>Takes what a rank did in an epoch, span by span; on any thread.</summary>
public interface IStepTrace
{
    /// <summary>A span that has just ended.</summary>
    /// <param name="span">What was done, and when.</param>
    void Record(StepSpan span);
}
