using Colossus.Runs.Events;

namespace Colossus.Cli.Train;

/// <summary>Shows a run while it goes on. Called from one thread at a time, after the view has taken note of the event.</summary>
internal interface ITrainDisplay : IAsyncDisposable
{
    /// <summary>Something happened.</summary>
    void Show(RunEvent runEvent);
}
