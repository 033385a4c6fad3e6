using Colossus.Runs.Events;
using Colossus.Runs.Time;

namespace Colossus.Launch.Local;

/// <summary>Hears of what happens in a run; always called on the launcher's one thread.</summary>
public interface ILaunchObserver
{
    /// <summary>Something happened; the end is not told here.</summary>
    /// <param name="runEvent">What it was; its time is not set.</param>
    void Happened(RunEvent runEvent);

    /// <summary>A span of a rank's time is accounted for.</summary>
    /// <param name="span">The span.</param>
    void Spent(TimeRecord span);

    /// <summary>The processes changed.</summary>
    /// <param name="slots">All that live.</param>
    void Processes(IReadOnlyList<LaunchedSlot> slots);
}
