namespace Colossus.Training.Engine;

/// <summary>A session as the worker sees it, whatever its number formats.</summary>
internal interface ITrainingSession : IDisposable
{
    /// <summary>Restores the state and runs to the last step, or to the end of the step in which a stop was asked for.</summary>
    /// <param name="restore">Where the state comes from.</param>
    /// <returns>How it ended.</returns>
    RankResult Run(RestorePlan restore);

    /// <summary>Asks for an orderly stop; counts on rank 0, which tells the others.</summary>
    void RequestStop();
}
