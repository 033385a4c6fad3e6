using Colossus.Runs;
using Colossus.Runs.Events;

namespace Colossus.Cli.Train;

/// <summary>A run that goes on where sums round differently than before.</summary>
internal static class NumericsChange
{
    /// <summary>Says so, in one line.</summary>
    /// <param name="folder">The run; each of its sessions tells what it computed with.</param>
    /// <param name="now">What it goes on with.</param>
    /// <returns>Null when the bits stay the same, or when the run is of a version that did not record them.</returns>
    public static string? Describe(RunFolder folder, Numerics now) =>
        RunReader.Events(folder).OfType<StartedEvent>().LastOrDefault()?.Numerics is { } before && now.ChangesSince(before) is { Count: > 0 } changes
            ? $"the weights will be close to those of an undisturbed run, but not bit for bit the same: {string.Join(", ", changes)}"
            : null;
}
